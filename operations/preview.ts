import { text } from '../errors';
import { previewNamespace } from '../components/vocabulary';
import type { OperationResult } from '../engine/types';
import type { AdmittedSpec } from '../spec';
import { tellingIfGone } from './cluster-gone';
import { duringLook } from './credential';
import { dueCredentials, FIRST_CREDENTIALS } from './database-credentials';
import { judgeProgram, type PlanReport } from './judged-plan';
import { isNamespaceGone, whatIsGone } from './made-anew';
import { testbedProgram } from './program';
import { openSite } from './site';
import { readProvisionableSpec } from './spec-file';
import { runOnStack, withEngine } from './stack';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import { openTarget, requireSameCluster } from './target';
import type { UpOptions } from './up';
import { refuseOlder } from './up-refusals';
import type { TargetOptions } from './target';

export interface PreviewResult {
  readonly name: string;
  /** Of the existing testbed; a new one gets its own only by `up`. */
  readonly id: string | undefined;
  readonly operation: OperationResult;
  /** What the rules say of it. */
  readonly plan: PlanReport;
}

/** What `up` would do, judged by the cluster's own dry run. Changes nothing, records nothing. */
export async function preview(options: UpOptions, surroundings: Surroundings): Promise<PreviewResult> {
  return previewSpec(readProvisionableSpec(options.file, surroundings), options, surroundings);
}

export async function previewSpec(
  spec: AdmittedSpec,
  options: TargetOptions,
  surroundings: Surroundings,
): Promise<PreviewResult> {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const { records } = site;
  return withEngine(surroundings, async (engine) => {
    const target = await openTarget(site, options, surroundings);
    const doing = text(`'${spec.name}' was previewed`, `'${spec.name}'을(를) 미리 보는 동안`);
    try {
      return await tellingIfGone(target.reference, doing, async () => {
        const known = await records.find(spec.name);
        if (known !== undefined) {
          requireSameCluster(spec.name, known.cluster, target);
          refuseOlder(known, surroundings);
        }
        const id = known?.id ?? (await records.newId());
        const credentials = known === undefined ? FIRST_CREDENTIALS : dueCredentials(known, 'keep', surroundings.now());
        const program = testbedProgram(id, spec, {
          databaseCredentials: credentials,
          pins: target.pins,
          make: surroundings.make,
        });
        // Its token is on its way while the plan is judged.
        return duringLook(target, { stack: id, purpose: `preview ${id}` }, surroundings, async (connection) => {
          const [plan, isGone] = await Promise.all([
            judgeProgram(
              engine,
              site,
              { program, stack: id, grade: spec.grade, nodeImages: target.pins !== undefined },
              surroundings,
            ),
            known === undefined ? false : isNamespaceGone(known, site, target),
          ]);
          if (isGone) surroundings.onWarning(whatIsGone({ id, name: spec.name }));
          try {
            const operation = await runOnStack(
              site,
              { kind: 'preview', stack: id, program, connection, previewNamespace: previewNamespace(spec.grade) },
              { ...surroundings, engine },
            );
            return { name: spec.name, id: known?.id, operation, plan };
          } finally {
            // The key of a stack that was only tried is nobody's.
            if (known === undefined)
              await (
                await import('../engine/data-keys.js')
              )
                .openDataKeys({ store: site.store, directory: site.keysDirectory })
                .end(id);
          }
        });
      });
    } finally {
      await target.close();
    }
  });
}
