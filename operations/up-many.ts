import type { Engine } from '../engine/types';
import { TestbedError, isTestbedError, text, type StepEvent, type Text } from '../errors';
import { doMany, notAllDone, type ManyItem } from './many';
import { operationsAtOnce } from './at-once';
import { judgeProgram } from './judged-plan';
import { inPool } from './in-pool';
import { testbedProgram } from './program';
import { openSharedWork, type SharedWork } from './shared-work';
import { prepareSite, type Site } from './site';
import { readProvisionableSpecs, type PlacedSpec } from './spec-files';
import { withEngine } from './stack';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import { upSpec, type UpOptions, type UpResult } from './up';

export interface UpAllOptions extends UpOptions {
  /** How many work at the same time. Default by cores and free memory. */
  readonly atOnce?: number | undefined;
}

export interface ManyUpResult {
  readonly testbeds: readonly (Omit<ManyItem<never>, 'result'> & {
    readonly outcome: UpResult['outcome'] | Exclude<ManyItem<never>['state'], 'done'>;
    readonly id?: string;
    readonly place: string;
  })[];
  readonly elapsedMs: number;
  readonly failure: TestbedError | undefined;
}

/**
 * As `up`, of a file with one spec; of a file with several or of a directory, all of them with a pool. All specs are read and all plans are judged before
 * anything begins: throws SpecInvalid, GradeRefused, PolicyRefused with everything that is wrong. After that it does not throw for what befalls single ones.
 */
export async function upAll(options: UpAllOptions, surroundings: Surroundings): Promise<UpResult | ManyUpResult> {
  const { several, specs } = readProvisionableSpecs(options.file, surroundings);
  const [only] = specs;
  if (!several && only !== undefined) return upSpec(only.spec, options, surroundings);
  return upMany(specs, options, surroundings);
}

export async function upMany(
  specs: readonly PlacedSpec[],
  options: Omit<UpAllOptions, 'file'>,
  surroundings: Surroundings,
): Promise<ManyUpResult> {
  const began = performance.now();
  await using site = await openStoredSite(prepareSite(surroundings.environment), surroundings);
  const atOnce = operationsAtOnce(options.atOnce, specs.length);
  return withEngine(
    surroundings,
    async (engine) => {
      const shared = await openSharedWork(site, options, surroundings);
      try {
        const within = { ...surroundings, engine, store: site.store };
        await judgeAll(specs, { site, shared, atOnce }, within);
        const byName = new Map<string, PlacedSpec>(specs.map((one) => [one.spec.name, one]));
        const items = await doMany<UpResult>(
          {
            names: [...byName.keys()],
            title: text('testbeds', '테스트베드'),
            atOnce,
            said: ({ outcome }) => OUTCOMES[outcome],
            work: (name, own, giveUpPlace) => {
              const spec = byName.get(name)?.spec;
              if (spec === undefined) throw new Error(`there is no spec of ${name}`);
              return upSpec(spec, { shared, onApplied: giveUpPlace }, own);
            },
          },
          within,
        );
        return {
          testbeds: items.map(({ result, ...item }) => ({
            ...item,
            outcome: item.state === 'done' && result !== undefined ? result.outcome : notDone(item.state),
            ...(result === undefined ? {} : { id: result.testbed.id }),
            place: byName.get(item.name)?.place ?? '',
          })),
          elapsedMs: performance.now() - began,
          failure: notAllDone(items, GO_ON, surroundings.signal),
        };
      } finally {
        await shared.close();
      }
    },
    atOnce,
  );
}

const OUTCOMES = {
  created: text('created', '생성'),
  changed: text('changed', '변경'),
  unchanged: text('unchanged', '변경 없음'),
} as const satisfies Readonly<Record<UpResult['outcome'], Text>>;

const GO_ON = text(
  'run the same command again: it goes on where it stopped, and leaves alone what is done',
  '같은 명령을 다시 실행하면 멈춘 곳부터 이어서 하며, 완료된 것은 그대로 둡니다',
);

function notDone(state: ManyItem<unknown>['state']): Exclude<ManyItem<unknown>['state'], 'done'> {
  return state === 'done' ? 'failed' : state;
}

interface Judging {
  readonly site: Site;
  readonly shared: SharedWork;
  readonly atOnce: number;
}

/** A name that no testbed can have: what is judged before anything begins has no id yet. It is judged again under its own. */
const UNNAMED = 'tb-000000';

/** Judges the plan of every spec before the first is begun. Throws PolicyRefused with all that is refused, by spec. */
async function judgeAll(
  specs: readonly PlacedSpec[],
  { site, shared, atOnce }: Judging,
  surroundings: Surroundings & { readonly engine: Engine },
): Promise<void> {
  const { signal } = surroundings;
  const { pins } = shared.target;
  const step = beginStep(specs.length, surroundings);
  const ends = await inPool(specs, { atOnce, signal }, async ({ spec }) => {
    const plan = {
      program: testbedProgram(UNNAMED, spec, { pins, make: surroundings.make }),
      stack: UNNAMED,
      grade: spec.grade,
    };
    await judgeProgram(
      surroundings.engine,
      site,
      { ...plan, nodeImages: pins !== undefined },
      surroundings,
      shared.rules,
    );
    step.one();
  });
  const failed = ends.flatMap((end) => (end.state === 'failed' ? [end] : []));
  step.end(failed.length === 0 && !signal.aborted);
  signal.throwIfAborted();
  const [first] = failed;
  if (first === undefined) return;
  const refused = failed.filter(({ error }) => isTestbedError(error, 'PolicyRefused'));
  // Something else is no answer of the rules: it is told as it is.
  const other = failed.find(({ error }) => !isTestbedError(error, 'PolicyRefused'));
  if (other !== undefined) throw other.error;
  const lines = refused.flatMap(({ item, error }): Text[] =>
    isTestbedError(error)
      ? error.details.map(({ en, ko }) => text(`${item.place}: ${en}`, `${item.place}: ${ko}`))
      : [],
  );
  const more = lines.length - MOST_LINES;
  throw new TestbedError(
    'PolicyRefused',
    text(
      `mandatory rules refuse ${refused.length} of ${specs.length} plans; nothing was touched`,
      `필수 규칙이 계획 ${specs.length}개 중 ${refused.length}개를 거부했습니다. 변경된 것은 없습니다`,
    ),
    {
      details: more > 0 ? [...lines.slice(0, MOST_LINES), text(`and ${more} more`, `그 밖에 ${more}건`)] : lines,
      ...(isTestbedError(first.error) && first.error.hint !== undefined ? { hint: first.error.hint } : {}),
    },
  );
}

/** More lines of refusals than a person reads at once. */
const MOST_LINES = 200;

function beginStep(total: number, { onProgress }: Surroundings): { one: () => void; end: (done: boolean) => void } {
  const began = performance.now();
  let judged = 0;
  const tell = (state: StepEvent['state']): void =>
    onProgress({
      id: 'plans',
      state,
      title: text('plans judged by the rules', '규칙에 따른 계획 판정'),
      detail: text(`${judged} of ${total}`, `${total}개 중 ${judged}개`),
      ...(state === 'start' ? {} : { elapsedMs: performance.now() - began }),
    });
  tell('start');
  return {
    one() {
      judged += 1;
      tell('update');
    },
    end: (done) => tell(done ? 'done' : 'failed'),
  };
}
