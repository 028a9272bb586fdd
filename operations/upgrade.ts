import { text, verbatim, type TestbedError, type Text } from '../errors';
import { operationsAtOnce } from './at-once';
import { requireRecords } from './known';
import { doMany, notAllDone, type ManyItem } from './many';
import type { TestbedRecord } from './records';
import { openSharedWorks, type SharedWorks } from './shared-work';
import { openSite } from './site';
import { withEngine } from './stack';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import type { TargetOptions } from './target';
import { upgradePlan, type PlannedUpgrade } from './upgrade-plan';
import { upSpec } from './up';
import { presentVersion } from './versions';

export interface UpgradeOptions extends TargetOptions {
  /** Names or ids; without any all testbeds of the site. */
  readonly names?: readonly string[] | undefined;
  /** How many are brought on before the next are begun. Default 10. */
  readonly wave?: number | undefined;
  /** How many work at the same time. Default by cores and free memory. */
  readonly atOnce?: number | undefined;
  /** Only say what would be done. */
  readonly preview?: boolean | undefined;
  /** Also those whose data would end: what holds it would be made anew. */
  readonly acceptDataLoss?: boolean | undefined;
}

export type UpgradeState =
  /** Built by this version already, or nothing of it would change. */
  | 'current'
  | 'upgraded'
  /** What would be done, in a preview. */
  | 'planned'
  /** Data would end, and nobody accepted that. */
  | 'refused'
  | 'failed'
  /** Interrupted while it was under way. */
  | 'half-made'
  /** A wave before it failed, or the call was interrupted. */
  | 'left';

export interface UpgradeItem extends PlannedUpgrade {
  readonly state: UpgradeState;
}

export interface UpgradeResult {
  readonly to: { readonly package: string; readonly components: number };
  /** By name. */
  readonly testbeds: readonly UpgradeItem[];
  /** Waves that were begun. */
  readonly waves: number;
  readonly failure: TestbedError | undefined;
}

const WAVE = 10;

/**
 * Brings live testbeds to what builds testbeds now: previews all of them first and asks, then goes on in waves and stops after one with a failure. Each is
 * built from its recorded spec, with the passwords it has. Run again it goes on: what is current is left alone. Throws what befalls all of
 * them; what befalls single ones is told of these.
 */
export async function upgrade(options: UpgradeOptions, surroundings: Surroundings): Promise<UpgradeResult> {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const { names = [] } = options;
  const records =
    names.length === 0
      ? (await site.records.list()).filter(({ infrastructure }) => infrastructure !== 'destroying')
      : await requireRecords(site.records, names);
  const atOnce = operationsAtOnce(options.atOnce, records.length);
  return withEngine(
    surroundings,
    async (engine) => {
      const within: Surroundings = { ...surroundings, engine, store: site.store };
      const clusters = openSharedWorks(site, options, within);
      try {
        return await planAndGo(records, clusters, { ...options, atOnce }, within);
      } finally {
        await clusters.close();
      }
    },
    atOnce,
  );
}

async function planAndGo(
  records: readonly TestbedRecord[],
  clusters: SharedWorks,
  options: UpgradeOptions & { readonly atOnce: number },
  surroundings: Surroundings,
): Promise<UpgradeResult> {
  const plans = await planAll(records, clusters, options, surroundings);
  const todo = plans.filter(({ state }) => state === 'planned');
  if (options.preview === true || todo.length === 0) return finished(plans, 0, surroundings);
  await surroundings.confirm(question(todo, options));
  const states = new Map<string, ManyItem<unknown>>();
  const wave = options.wave ?? WAVE;
  let waves = 0;
  for (let at = 0; at < todo.length; at += wave) {
    waves += 1;
    const items = await doMany(
      {
        names: todo.slice(at, at + wave).map((one) => one.name),
        title: text(
          `wave ${waves} of ${Math.ceil(todo.length / wave)}`,
          `${Math.ceil(todo.length / wave)}차 중 ${waves}차`,
        ),
        atOnce: options.atOnce,
        said: () => undefined,
        work: async (name, own, giveUpPlace) => {
          const one = todo.find((candidate) => candidate.name === name);
          if (one?.spec === undefined) throw new Error(`there is no plan of ${name}`);
          const shared = await clusters.of(one.record);
          await upSpec(one.spec, { shared, onApplied: giveUpPlace }, own);
        },
      },
      surroundings,
    );
    for (const item of items) states.set(item.name, item);
    if (items.some(({ state }) => state !== 'done')) break;
  }
  return finished(
    plans.map((plan) => (plan.state === 'planned' ? { ...plan, ...gone(states.get(plan.name)) } : plan)),
    waves,
    surroundings,
  );
}

type Planned = UpgradeItem & Pick<Awaited<ReturnType<typeof upgradePlan>>, 'spec' | 'record'>;

async function planAll(
  records: readonly TestbedRecord[],
  clusters: SharedWorks,
  { acceptDataLoss, atOnce }: UpgradeOptions & { readonly atOnce: number },
  surroundings: Surroundings,
): Promise<readonly Planned[]> {
  const items = await doMany(
    {
      names: records.map(({ name }) => name),
      title: text('previews', '미리 보기'),
      atOnce,
      said: ({ words }: Awaited<ReturnType<typeof upgradePlan>>) => words,
      work: async (name, own) => {
        const record = records.find((one) => one.name === name);
        if (record === undefined) throw new Error(`there is no record of ${name}`);
        return upgradePlan(record, await clusters.of(record), own);
      },
    },
    surroundings,
  );
  return items.map((item, at): Planned => {
    const record = records[at];
    if (record === undefined) throw new Error('a plan has no record');
    const { result: plan } = item;
    const bare = { name: record.name, id: record.id, changes: [], endsData: [], record, spec: undefined };
    if (plan === undefined)
      return { ...bare, ...gone(item), ...(item.error === undefined ? {} : { error: item.error }) };
    const { words: _words, ...rest } = plan;
    if (plan.isCurrent) return { ...rest, state: 'current' };
    return { ...rest, state: plan.endsData.length > 0 && acceptDataLoss !== true ? 'refused' : 'planned' };
  });
}

/** How one came out of its wave; one that no wave got to is left. */
function gone(item: ManyItem<unknown> | undefined): Pick<UpgradeItem, 'state' | 'error'> {
  if (item === undefined || item.state === 'not-begun') return { state: 'left' };
  if (item.state === 'done') return { state: 'upgraded' };
  return { state: item.state, ...(item.error === undefined ? {} : { error: item.error }) };
}

function question(todo: readonly UpgradeItem[], { wave = WAVE }: UpgradeOptions): Text {
  const changes = todo.reduce((sum, one) => sum + one.changes.length, 0);
  const ends = todo.flatMap(({ name, endsData }) => (endsData.length === 0 ? [] : [name]));
  const waves = Math.ceil(todo.length / wave);
  const loss =
    ends.length === 0
      ? verbatim('')
      : text(`; THE DATA OF ${ends.join(', ')} ENDS`, `. ${ends.join(', ')}의 데이터가 사라집니다`);
  return text(
    `upgrade ${todo.length} testbeds in ${waves} waves (${changes} objects change${loss.en})?`,
    `테스트베드 ${todo.length}개를 ${waves}차에 나누어 업그레이드할까요? (객체 ${changes}개 변경${loss.ko})`,
  );
}

function finished(items: readonly Planned[], waves: number, surroundings: Surroundings): UpgradeResult {
  const { package: version, components } = presentVersion(surroundings);
  const testbeds = items.map(({ record: _record, spec: _spec, ...item }): UpgradeItem => item);
  return { to: { package: version, components }, testbeds, waves, failure: failureOf(testbeds, surroundings.signal) };
}

const STATES: Readonly<Record<UpgradeState, ManyItem<unknown>['state']>> = {
  current: 'done',
  upgraded: 'done',
  planned: 'done',
  refused: 'failed',
  failed: 'failed',
  'half-made': 'half-made',
  left: 'not-begun',
};

function failureOf(testbeds: readonly UpgradeItem[], signal: AbortSignal): TestbedError | undefined {
  return notAllDone(
    testbeds.map(({ name, state, error }) => ({
      name,
      state: STATES[state],
      ...(state === 'refused' ? { error: ENDS_DATA } : error === undefined ? {} : { error }),
    })),
    text(
      'look into these, then run the same command again: it goes on where it stopped',
      '원인을 해결한 뒤 같은 명령을 다시 실행하면 멈춘 곳부터 이어서 합니다',
    ),
    signal,
  );
}

const ENDS_DATA: NonNullable<ManyItem<unknown>['error']> = {
  code: 'DataLossRefused',
  message: text(
    'what holds its data would be made anew: back it up, then give --accept-data-loss',
    '데이터를 담은 객체가 새로 만들어집니다. 백업한 뒤 --accept-data-loss를 지정하세요',
  ),
};
