import type { ResourceChange } from '../engine/types';
import { TestbedError, text, type Text } from '../errors';
import { readKeptSpec, type AdmittedSpec } from '../spec';
import type { ManyItem } from './many';
import { previewSpec } from './preview';
import type { TestbedRecord } from './records';
import type { SharedWork } from './shared-work';
import type { Surroundings } from './surroundings';
import { requireSameCluster } from './target';
import { refuseOlder } from './up-refusals';
import { isCurrent, lastVersion, type BuiltBy } from './versions';

/** What an upgrade would change of one testbed. */
export interface PlannedUpgrade {
  readonly name: string;
  readonly id: string;
  /** What last built it; undefined where that could not be looked at. */
  readonly from?: BuiltBy;
  readonly changes: readonly ResourceChange[];
  /** Those of them that end data. */
  readonly endsData: readonly ResourceChange[];
  readonly error?: NonNullable<ManyItem<unknown>['error']>;
}

export interface UpgradePlan extends PlannedUpgrade {
  readonly record: TestbedRecord;
  readonly spec: AdmittedSpec | undefined;
  readonly isCurrent: boolean;
  /** In a few words. */
  readonly words: Text;
}

/**
 * What would be changed of a testbed, by the cluster's own dry run. One that this version built to its end is not asked about, unless its images
 * are those of a node, which may have others by now. Throws MadeByNewer where that would take it back, StateUnreadable where the record has no spec, and what a
 * preview throws.
 */
export async function upgradePlan(
  record: TestbedRecord,
  shared: SharedWork,
  surroundings: Surroundings,
): Promise<UpgradePlan> {
  const { target } = shared;
  requireSameCluster(record.name, record.cluster, target);
  const known = { name: record.name, id: record.id, from: lastVersion(record), record };
  refuseOlder(record, surroundings);
  const isBuilt = isCurrent(record, surroundings);
  if (isBuilt && target.pins === undefined)
    return { ...known, spec: undefined, changes: [], endsData: [], isCurrent: true, words: CURRENT };
  const spec = readKeptSpec(record.spec);
  if (spec === undefined) throw withoutSpec(record);
  const { operation } = await previewSpec(spec, { opened: target }, surroundings);
  const { changes } = operation;
  const endsData = changes.filter(isEndOfData);
  const current = isBuilt && changes.length === 0;
  return { ...known, spec, changes, endsData, isCurrent: current, words: current ? CURRENT : planWords(changes) };
}

/** What holds data, by kind; a set's volumes end with it. */
const HOLDS_DATA = /:(?:Namespace|StatefulSet|PersistentVolumeClaim|PersistentVolume)$/;

/** Whether a change ends what holds data, to make it anew or for good. Exported for its tests. */
export function isEndOfData({ operation, resourceType }: Pick<ResourceChange, 'operation' | 'resourceType'>): boolean {
  return (operation === 'replace' || operation === 'delete') && HOLDS_DATA.test(resourceType);
}

const CURRENT = text('current', '최신');
const NAMED = 3;

function planWords(changes: readonly ResourceChange[]): Text {
  if (changes.length === 0) return text('nothing changes but its record', '기록 외에는 변경 없음');
  const named = changes
    .slice(0, NAMED)
    .map(({ operation, resourceType, name }) => `${operation} ${resourceType.split(':').at(-1) ?? ''} ${name}`)
    .join(', ');
  const more = changes.length > NAMED ? ', …' : '';
  return text(`${changes.length} to change: ${named}${more}`, `${changes.length}개 변경: ${named}${more}`);
}

function withoutSpec({ name }: TestbedRecord): TestbedError {
  return new TestbedError(
    'StateUnreadable',
    text(
      `the record of '${name}' does not hold its spec: an earlier version wrote it`,
      `'${name}'의 기록에 명세가 없습니다. 이전 버전에서 작성된 기록입니다`,
    ),
    { hint: text('run testbed up with its spec once', '해당 명세로 testbed up을 한 번 실행하세요') },
  );
}
