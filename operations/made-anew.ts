import type { OperationResult, ResourceChange } from '../engine/types';
import { TestbedError, text, type Text } from '../errors';
import type { TestbedRecord } from './records';
import { recordedOf } from './recorded';
import { runOnStack, type StackOperation } from './stack';
import type { StoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import type { Target } from './target';

/**
 * Whether the namespace that was made for a testbed is gone: then an `up` that compares with what it made would find nothing to do. One read of the
 * cluster and one of the state. Throws NotReady where it is being ended.
 */
export async function isNamespaceGone(record: TestbedRecord, site: StoredSite, { reader }: Target): Promise<boolean> {
  const { id, name } = record;
  const [recorded, live] = await Promise.all([
    recordedOf(site.store, id),
    reader.get({ apiVersion: 'v1', kind: 'Namespace', name: id }),
  ]);
  const made = recorded.find((one) => one.resourceType === 'kubernetes:core/v1:Namespace' && one.id === id);
  // A first run that died before it, or a state that was lost: the run makes it, or takes it up.
  if (made === undefined) return false;
  if (live?.metadata.deletionTimestamp !== undefined) throw namespaceIsEnded({ id, name });
  return live === undefined || live.metadata.uid !== made.uid;
}

/** Of a namespace that somebody else ends, or has ended, in the middle of a run. */
export function namespaceIsEnded({ id, name }: Pick<TestbedRecord, 'id' | 'name'>): TestbedError {
  return new TestbedError(
    'NotReady',
    text(
      `the namespace ${id} of '${name}' is being ended by somebody else`,
      `다른 주체가 '${name}'의 네임스페이스 ${id}을(를) 삭제하고 있습니다`,
    ),
    {
      hint: text(
        'when it is gone, run the same command again: everything is made anew',
        '삭제가 끝난 뒤 같은 명령을 다시 실행하면 모두 새로 만듭니다',
      ),
    },
  );
}

/** For people, before it is made anew. */
export function whatIsGone({ id, name }: Pick<TestbedRecord, 'id' | 'name'>): Text {
  return text(
    `the namespace ${id} of '${name}' is gone, with all that was in it; everything is made anew`,
    `'${name}'의 네임스페이스 ${id}이(가) 그 안의 모든 것과 함께 사라졌습니다. 모두 새로 만듭니다`,
  );
}

/**
 * Makes anew all that is gone of a stack, guards first. Gives it as creations. Throws NotReady with the reasons where an object could not be made; run
 * again, it goes on.
 */
export async function makeAnew(
  { id, name }: TestbedRecord,
  site: StoredSite,
  run: Pick<StackOperation, 'claim' | 'connection'>,
  surroundings: Surroundings,
): Promise<readonly ResourceChange[]> {
  surroundings.onWarning(whatIsGone({ id, name }));
  const stack = { ...run, stack: id };
  const { changes } = await runOnStack(site, { kind: 'drift', ...stack }, surroundings);
  const gone = changes.filter(({ operation }) => operation === 'delete');
  const repair = gone.map(({ urn }) => ({ urn, gone: true }));
  const { repaired = [] } = await runOnStack(site, { kind: 'repair', ...stack, repair }, surroundings);
  const missed = repaired.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed');
  if (missed.length === 0) return gone.map((one) => ({ ...one, operation: 'create', paths: [] }));
  throw new TestbedError(
    'NotReady',
    text(
      `${missed.length} objects of '${name}' (${id}) could not be made anew`,
      `'${name}'(${id})의 객체 ${missed.length}개를 새로 만들지 못했습니다`,
    ),
    {
      details: missed.flatMap(({ reason }) => (reason === undefined ? [] : [reason])),
      hint: text('mend the cause, then run the same command again', '원인을 해결한 뒤 같은 명령을 다시 실행하세요'),
    },
  );
}

/** An operation with what was made anew before it, as one. */
export function together(anew: readonly ResourceChange[], operation: OperationResult): OperationResult {
  const later = new Set(operation.changes.map(({ urn }) => urn));
  const only = anew.filter(({ urn }) => !later.has(urn));
  if (only.length === 0) return operation;
  const { same = 0, create = 0 } = operation.counts;
  return {
    ...operation,
    changes: [...only, ...operation.changes],
    counts: { ...operation.counts, same: same - only.length, create: create + only.length },
  };
}
