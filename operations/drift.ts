import { text } from '../errors';
import type { OperationResult } from '../engine/types';
import { tellingIfGone } from './cluster-gone';
import { beginOperation, withCredential } from './credential';
import { requireRecord } from './known';
import type { TestbedRecord } from './records';
import { openSite } from './site';
import { runOnStack, withEngine } from './stack';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import type { TargetOptions } from './target';
import { openTarget, requireSameCluster } from './target';

export interface DriftOptions extends TargetOptions {
  readonly name: string;
}

export interface DriftResult {
  readonly testbed: TestbedRecord;
  readonly drifted: boolean;
  /** Objects that differ from what was provisioned, with the paths; `delete` means the object is gone. */
  readonly operation: OperationResult;
}

/** Compares what was provisioned with what is there now. Changes neither. */
export async function drift(options: DriftOptions, surroundings: Surroundings): Promise<DriftResult> {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const testbed = await requireRecord(site.records, options.name);
  return withEngine(surroundings, async (engine) => {
    const target = await openTarget(
      site,
      { ...options, context: options.context ?? testbed.cluster.context },
      surroundings,
    );
    const doing = text(`'${testbed.name}' was compared`, `'${testbed.name}'을(를) 비교하는 동안`);
    try {
      return await tellingIfGone(target.reference, doing, async () => {
        requireSameCluster(testbed.name, testbed.cluster, target);
        const credential = await beginOperation(target, `drift ${testbed.id}`);
        return withCredential(credential, surroundings, async () => {
          const operation = await runOnStack(
            site,
            { kind: 'drift', stack: testbed.id, connection: credential.connection },
            { ...surroundings, engine },
          );
          return { testbed, drifted: operation.changes.length > 0, operation };
        });
      });
    } finally {
      await target.close();
    }
  });
}
