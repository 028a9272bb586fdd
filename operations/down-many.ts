import { TestbedError, text, verbatim } from '../errors';
import { operationsAtOnce } from './at-once';
import { down, type DownOptions, type DownResult } from './down';
import { requireRecords } from './known';
import { doMany, notAllDone, type ManyItem } from './many';
import type { TestbedRecord } from './records';
import { openSharedWorks } from './shared-work';
import { openSite } from './site';
import { withEngine } from './stack';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';

export interface DownAllOptions extends Omit<DownOptions, 'name' | 'shared' | 'onWaiting'> {
  readonly names: readonly string[];
  /** Every testbed of the site. */
  readonly all: boolean;
  /** How many work at the same time. Default by cores and free memory. */
  readonly atOnce?: number | undefined;
}

export interface ManyDownResult {
  readonly testbeds: readonly (Omit<ManyItem<never>, 'result'> & {
    readonly outcome: 'ended' | Exclude<ManyItem<never>['state'], 'done'>;
    readonly id: string;
    readonly emptiness?: DownResult['emptiness'];
  })[];
  readonly elapsedMs: number;
  readonly failure: TestbedError | undefined;
}

/**
 * How many may wait for their namespaces while others work: each waits seven seconds and more, in which some fifteen others could be told to end by two
 * cores. One that waits holds its claim and a few sockets.
 */
const WAITING = 64;

/** As `down`, of one; of several or all of them with a pool, after one question that names what goes. Throws UsageWrong, TestbedUnknown before anything is asked. */
export async function downAll(
  options: DownAllOptions,
  surroundings: Surroundings,
): Promise<DownResult | ManyDownResult> {
  const { names, all, atOnce, ...target } = options;
  const [only, ...more] = names;
  if (all === names.length > 0) throw wrongCall(all);
  if (only !== undefined && more.length === 0) return down({ ...target, name: only }, surroundings);
  const began = performance.now();
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const records = all ? await site.records.list() : await requireRecords(site.records, names);
  if (records.length === 0) return { testbeds: [], elapsedMs: performance.now() - began, failure: undefined };
  await surroundings.confirm(question(records));
  const byName = new Map(records.map((record) => [record.name, record]));
  const runners = operationsAtOnce(atOnce, records.length);
  return withEngine(
    surroundings,
    async (engine) => {
      const within: Surroundings = { ...surroundings, engine, store: site.store };
      const clusters = openSharedWorks(site, target, within);
      try {
        const items = await doMany<DownResult>(
          {
            names: [...byName.keys()],
            title: text('testbeds', '테스트베드'),
            atOnce: runners,
            waiting: Math.max(WAITING, 8 * runners),
            said: () => text('ended, nothing is left', '종료, 남은 것 없음'),
            work: async (name, own, giveUpPlace) => {
              const record = byName.get(name);
              if (record === undefined) throw new Error(`there is no record of ${name}`);
              const shared = await clusters.of(record);
              shared.looks.enter(record.id);
              try {
                return await down({ ...target, name, shared, onWaiting: giveUpPlace }, own);
              } finally {
                shared.looks.leave(record.id);
              }
            },
          },
          within,
        );
        return {
          testbeds: items.map(({ result, ...item }) => ({
            ...item,
            outcome: item.state === 'done' ? 'ended' : item.state,
            id: byName.get(item.name)?.id ?? '',
            ...(result === undefined ? {} : { emptiness: result.emptiness }),
          })),
          elapsedMs: performance.now() - began,
          failure: notAllDone(items, goOn(all), surroundings.signal),
        };
      } finally {
        await clusters.close();
      }
    },
    runners,
  );
}

/** More than these are counted, not named. */
const NAMED = 30;

function question(records: readonly TestbedRecord[]): ReturnType<typeof text> {
  const named = records
    .slice(0, NAMED)
    .map(({ name, participant }) => `${name} (${participant})`)
    .join(', ');
  const more = records.length - NAMED;
  return text(
    `end ${records.length} testbeds with all their data: ${named}${more > 0 ? ` and ${more} more` : ''}?`,
    `다음 테스트베드 ${records.length}개를 모든 데이터와 함께 종료할까요? ${named}${more > 0 ? ` 외 ${more}개` : ''}`,
  );
}

function goOn(all: boolean): ReturnType<typeof verbatim> {
  return all
    ? text('run the same command again: it takes what is left', '같은 명령을 다시 실행하면 남은 것을 이어서 종료합니다')
    : text('run it again with the names that are left', '남은 이름을 지정하여 다시 실행하세요');
}

function wrongCall(all: boolean): TestbedError {
  return new TestbedError(
    'UsageWrong',
    all
      ? text('NAME and --all exclude each other', 'NAME과 --all은 함께 지정할 수 없습니다')
      : text('NAME is missing; --all ends every testbed', 'NAME 인자가 없습니다. 모두 종료하려면 --all을 지정하세요'),
    { hint: verbatim('testbed down --help') },
  );
}
