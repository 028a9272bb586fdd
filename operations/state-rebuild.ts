import type { StateCondition } from '../engine/damaged-state';
import { TestbedError, text } from '../errors';
import { readKeptSpec, type AdmittedSpec } from '../spec';
import { recordOf } from './known';
import type { TestbedRecord } from './records';
import { openSite } from './site';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import type { TargetOptions } from './target';
import { upSpec, type UpResult } from './up';

export interface StateRebuildOptions extends TargetOptions {
  readonly name: string;
}

export interface StateRebuildResult {
  /** `unchanged`: the state was whole, nothing was done. `ending`: its end was begun, so nothing of it is made again; what was damaged is put away. */
  readonly outcome: 'rebuilt' | 'ending' | 'unchanged';
  /** How the state was found, and why it could not be used. */
  readonly found: StateCondition;
  readonly testbed: TestbedRecord;
  /** What made the new state. */
  readonly up: UpResult | undefined;
}

/**
 * Makes the state of a testbed anew where it is damaged or missing: puts the damaged one away, then provisions from the record, by which everything that bears
 * our mark is taken up as it stands, passwords included; where the data key is lost too, the database gets other ones. A state that is whole is left alone. Throws TestbedUnknown, OperationRunning, StateUnreadable where the record has no spec, and what `up` throws; run again after any interruption, it goes on.
 */
export async function rebuildState(
  options: StateRebuildOptions,
  surroundings: Surroundings,
): Promise<StateRebuildResult> {
  const folders = openSite(surroundings.environment);
  const record = await recordOf(folders, options.name, surroundings);
  const spec = requireSpec(record);
  const found = await lookAndPutAside(record, surroundings);
  if (found.kind === 'whole') return { outcome: 'unchanged', found, testbed: record, up: undefined };
  if (record.infrastructure === 'destroying') return { outcome: 'ending', found, testbed: record, up: undefined };
  const { kubeconfig, context = record.cluster.context } = options;
  const up = await upSpec(spec, { kubeconfig, context }, surroundings);
  return { outcome: 'rebuilt', found, testbed: up.testbed, up };
}

async function lookAndPutAside(record: TestbedRecord, surroundings: Surroundings): Promise<StateCondition> {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const { conditionOf, setDamagedAside } = await import('../engine/damaged-state.js');
  const place = { store: site.store, directory: site.keysDirectory, stateDirectory: site.stateDirectory };
  const seen = await conditionOf(place, record.id);
  if (seen.kind === 'whole' || (seen.kind === 'missing' && !seen.keyLost)) return seen;
  // They come from the data key: with another one, a number of their own lets the database change them in order.
  const renewPasswords = async (): Promise<void> => {
    const now = await site.records.find(record.id);
    if (now?.database !== undefined)
      await site.records.save({ ...now, database: { credentials: now.database.credentials + 1 } });
  };
  await surroundings.confirm(
    text(
      `put the damaged state of '${record.name}' (${record.id}) away and make it anew from what stands on its cluster?`,
      `'${record.name}'(${record.id})의 손상된 상태를 따로 보관하고 클러스터에 있는 객체로 다시 만들까요?`,
    ),
  );
  return await setDamagedAside(place, record.id, renewPasswords, surroundings.signal);
}

function requireSpec(record: TestbedRecord): AdmittedSpec {
  const spec = readKeptSpec(record.spec);
  if (spec !== undefined) return spec;
  throw new TestbedError(
    'StateUnreadable',
    text(
      `the record of '${record.name}' does not hold its spec: an earlier version wrote it`,
      `'${record.name}'의 기록에 명세가 없습니다. 이전 버전에서 작성된 기록입니다`,
    ),
    {
      hint: text(
        'restore the state from a backup: testbed state restore FILE',
        '백업에서 상태를 복원하세요: testbed state restore 파일',
      ),
    },
  );
}
