import type { OperationResult } from '../engine/types';
import { inventory, type Inventory } from '../kubernetes/inventory';
import { waitGone } from '../kubernetes/wait';
import type { ObjectReference } from '../kubernetes/types';
import { TestbedError, isTestbedError, text, verbatim } from '../errors';
import { tellingIfGone } from './cluster-gone';
import { duringChange } from './credential';
import { endWorkloads } from './end-workloads';
import { forgetStack } from './forget-stack';
import { requireRecord } from './known';
import type { TestbedRecord } from './records';
import type { SharedWork } from './shared-work';
import { openSite } from './site';
import { runOnStack, withEngine } from './stack';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import type { Target, TargetOptions } from './target';
import { openTarget, requireSameCluster } from './target';

export interface DownOptions extends TargetOptions {
  readonly name: string;
  /** What it shares with other operations of the same call. */
  readonly shared?: SharedWork;
  /** Called, perhaps more than once, when only the end of what is told to end is waited for. */
  readonly onWaiting?: () => void;
}

export interface DownResult {
  readonly testbed: TestbedRecord;
  readonly operation: OperationResult;
  /** What was looked at after the end, and that nothing was found. */
  readonly emptiness: { readonly provedAt: string; readonly kindsChecked: number; readonly objectsFound: number };
  readonly elapsedMs: number;
}

const GONE_TIMEOUT_SECONDS = 180;
const VOLUMES_TIMEOUT_SECONDS = 60;
/** More leftovers than this are counted, not named. */
const NAMED_LEFTOVERS = 20;

/**
 * Ends a testbed's infrastructure from its state alone, then proves by label and by name that nothing is left.
 * Throws NotEmpty with what is left and keeps the record, so that the same command can be run again.
 */
export async function down(options: DownOptions, surroundings: Surroundings): Promise<DownResult> {
  const began = performance.now();
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const { records } = site;
  const record = await requireRecord(records, options.name);
  await surroundings.confirm(
    text(
      `end '${record.name}' (${record.id}) of ${record.participant} with all its data?`,
      `${record.participant}의 '${record.name}'(${record.id})을(를) 모든 데이터와 함께 종료할까요?`,
    ),
  );
  const { shared } = options;
  const targetOptions = {
    kubeconfig: options.kubeconfig,
    context: options.context ?? record.cluster.context,
    opened: shared?.target,
  };
  return withEngine(surroundings, async (engine) => {
    const target = await openTarget(site, targetOptions, surroundings);
    const doing = text(`'${record.name}' was ended`, `'${record.name}'을(를) 종료하는 동안`);
    try {
      return await tellingIfGone(target.reference, doing, async () => {
        requireSameCluster(record.name, record.cluster, target);
        let isEnded = false;
        const wish = {
          store: site.store,
          stack: record.id,
          purpose: `down ${record.name}`,
          isForgotten: () => isEnded,
        };
        return duringChange(
          target,
          wish,
          surroundings,
          async ({ claim, connection, endCredential, surroundings: within }) => {
            // As it is now that nobody else may change it.
            const named = await records.find(record.name);
            const current = named?.id === record.id ? named : await requireRecord(records, record.id);
            await claim.verify();
            await records.save({ ...current, infrastructure: 'destroying', changedAt: within.now().toISOString() });
            const operation = await runOnStack(
              site,
              {
                kind: 'down',
                stack: record.id,
                claim,
                connection,
                beforehand: async () =>
                  endWorkloads(await connection, record.id, { ...within, onWaiting: options.onWaiting }),
              },
              { ...within, engine },
            );
            const look = (testbed: string): Promise<Inventory> =>
              shared?.looks.of(testbed) ?? inventory(target.reader, { testbed, signal: within.signal });
            const emptiness = await proveEmptiness(record, { target, look }, within);
            const ended: TestbedRecord = {
              ...current,
              infrastructure: 'destroyed',
              changedAt: emptiness.provedAt,
              emptiness,
            };
            // The record last: whoever is killed before it ends the same command again, which finds all of it.
            await endCredential();
            await forgetStack(site, record.id, 'leftovers');
            await records.end(ended);
            isEnded = true;
            return { testbed: ended, operation, emptiness, elapsedMs: performance.now() - began };
          },
        );
      });
    } finally {
      await target.close();
    }
  });
}

interface Looker {
  readonly target: Target;
  readonly look: (testbed: string) => Promise<Inventory>;
}

async function proveEmptiness(
  record: TestbedRecord,
  looker: Looker,
  surroundings: Surroundings,
): Promise<DownResult['emptiness']> {
  await waitGone(
    looker.target.reader,
    { apiVersion: 'v1', kind: 'Namespace', name: record.id },
    { timeoutSeconds: GONE_TIMEOUT_SECONDS, signal: surroundings.signal },
  );
  const found = await settledInventory(record, looker, surroundings);
  if (found.objects.length > 0) throw notEmpty(record, found.objects);
  if (found.blind.length > 0) throw notProved(record, found.blind);
  return { provedAt: surroundings.now().toISOString(), kindsChecked: found.kindsChecked, objectsFound: 0 };
}

/** A volume ends a moment after its claim, when the storage has taken its data away: that moment is given. */
async function settledInventory(
  { id }: TestbedRecord,
  { target: { reader }, look }: Looker,
  { signal }: Surroundings,
): Promise<Inventory> {
  const first = await look(id);
  const volumes = first.objects.filter(({ kind }) => kind === 'PersistentVolume');
  if (volumes.length === 0) return first;
  const end = performance.now() + VOLUMES_TIMEOUT_SECONDS * 1000;
  for (const volume of volumes) {
    const timeoutSeconds = Math.max(0, end - performance.now()) / 1000;
    try {
      await waitGone(reader, volume, { timeoutSeconds, signal });
    } catch (error) {
      // What holds it is told with all that is left.
      if (!isTestbedError(error, 'NotReady')) throw error;
    }
  }
  return look(id);
}

function notEmpty(record: TestbedRecord, left: readonly ObjectReference[]): TestbedError {
  const named = left
    .slice(0, NAMED_LEFTOVERS)
    .map(({ kind, namespace, name }) => verbatim(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`));
  return new TestbedError(
    'NotEmpty',
    text(
      `${left.length} objects of '${record.name}' (${record.id}) are left`,
      `'${record.name}'(${record.id})의 객체 ${left.length}개가 남아 있습니다`,
    ),
    {
      details: left.length > NAMED_LEFTOVERS ? [...named, verbatim(`... ${left.length - NAMED_LEFTOVERS}`)] : named,
      hint: text(
        `look at what holds them, then run again: testbed down ${record.name}`,
        `남은 이유를 확인한 뒤 다시 실행하세요: testbed down ${record.name}`,
      ),
    },
  );
}

/** Nothing was found, but not everywhere was looked: that is no proof. */
function notProved(record: TestbedRecord, blind: Inventory['blind']): TestbedError {
  return new TestbedError(
    'NotEmpty',
    text(
      `nothing of '${record.name}' (${record.id}) was found, but ${blind.length} kinds could not be looked at`,
      `'${record.name}'(${record.id})의 객체는 발견되지 않았으나 종류 ${blind.length}개를 확인하지 못했습니다`,
    ),
    {
      details: blind.map(({ apiVersion, kind, reason }) =>
        text(`${kind} (${apiVersion}): ${reason.en}`, `${kind} (${apiVersion}): ${reason.ko}`),
      ),
      hint: text(
        `have them mended, then run again: testbed down ${record.name}`,
        `해결한 뒤 다시 실행하세요: testbed down ${record.name}`,
      ),
    },
  );
}
