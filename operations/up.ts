import type { Claim } from '../engine/claims/held-claim';
import type { OperationResult } from '../engine/types';
import type { AdmittedSpec } from '../spec';
import { text } from '../errors';
import type { ClusterConnection } from '../kubernetes/types';
import { tellingIfGone } from './cluster-gone';
import { duringChange, type Change } from './credential';
import { dueCredentials, FIRST_CREDENTIALS } from './database-credentials';
import { judgeProgram, type PlanReport } from './judged-plan';
import { isNamespaceGone, makeAnew, together } from './made-anew';
import { asJson, testbedProgram } from './program';
import type { Records, TestbedRecord } from './records';
import { prepareSite } from './site';
import type { SharedWork } from './shared-work';
import { readProvisionableSpec } from './spec-file';
import { runOnStack, withEngine } from './stack';
import { openStoredSite, type StoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import type { Target, TargetOptions } from './target';
import { openTarget, requireSameCluster } from './target';
import { fieldsOf, noteFailure, takeName, withCredentials } from './up-record';
import { endedMeanwhile, madeMeanwhile, refuseHalfEnded, refuseOlder, refuseStranger } from './up-refusals';
import { builtNow } from './versions';
import { waitForWorkloads } from './workloads';

export interface UpOptions extends TargetOptions {
  /** Path of the testbed.yaml. Default `testbed.yaml` in the working directory. */
  readonly file?: string | undefined;
}

export interface UpResult {
  readonly outcome: 'created' | 'changed' | 'unchanged';
  readonly testbed: TestbedRecord;
  readonly operation: OperationResult;
  /** What the rules said of the plan before anything was made. */
  readonly plan: PlanReport;
  /** From the call until every object was applied and recorded. */
  readonly appliedMs: number;
  /** From the call until every workload of ours was ready. */
  readonly readyMs: number;
}

/** Provisions the testbed of a spec, or brings the existing one of that name to it. Run again after any interruption, it converges. */
export async function up(options: UpOptions, surroundings: Surroundings): Promise<UpResult> {
  return upSpec(readProvisionableSpec(options.file, surroundings), options, surroundings);
}

export interface UpSpecOptions extends TargetOptions {
  /** `renew` gives the database other passwords and another certificate. Default `keep`. */
  readonly credentials?: 'keep' | 'renew';
  /** What it shares with other operations of the same call. */
  readonly shared?: SharedWork;
  /** Called when everything is applied and recorded and only the workloads are waited for. */
  readonly onApplied?: () => void;
}

/** As `up`, for a spec that is at hand already. */
export async function upSpec(
  spec: AdmittedSpec,
  options: UpSpecOptions,
  surroundings: Surroundings,
): Promise<UpResult> {
  const began = performance.now();
  await using site = await openStoredSite(prepareSite(surroundings.environment), surroundings);
  const { records } = site;
  return withEngine(surroundings, async (engine) => {
    const { shared } = options;
    const target = await openTarget(site, { ...options, opened: shared?.target }, surroundings);
    const doing = text(`'${spec.name}' was provisioned`, `'${spec.name}'을(를) 구성하는 동안`);
    const first = await records.find(spec.name);
    const id = first?.id ?? (await records.newId());
    let isRecorded = first !== undefined;
    const work = async ({ claim, connection, surroundings: within }: Change): Promise<UpResult> => {
      // As it is now that nobody else may change it.
      const known = first === undefined ? undefined : await records.find(first.name);
      // After the reading: what is written of the record is compared with what was seen while the stack was ours.
      await claim.verify();
      if (first !== undefined && known?.id !== id) throw endedMeanwhile(spec.name);
      if (known !== undefined) {
        requireSameCluster(spec.name, known.cluster, target);
        refuseHalfEnded(known);
        refuseOlder(known, within);
        // Who held the stack before may wake up and write what it read: it must find another version.
        if (claim.followed === 'silent') await records.save(known);
      }
      const credentials =
        known === undefined ? FIRST_CREDENTIALS : dueCredentials(known, options.credentials ?? 'keep', within.now());
      const program = testbedProgram(id, spec, {
        databaseCredentials: credentials,
        pins: target.pins,
        make: within.make,
      });
      // Beside each other: what the cluster is asked costs a run no time that it would not take anyway.
      const [plan, isGone] = await Promise.all([
        judgeProgram(
          engine,
          site,
          { program, stack: id, grade: spec.grade, nodeImages: target.pins !== undefined },
          within,
          shared?.rules,
        ),
        known === undefined
          ? refuseStranger(spec.name, target, shared).then(() => false)
          : isNamespaceGone(known, site, target),
      ]);
      const { record: found, isNew } =
        known === undefined
          ? await takeName(spec, id, records, target, within)
          : { record: known, isNew: known.infrastructure === 'provisioning' };
      if (found.id !== id) throw madeMeanwhile(spec.name);
      isRecorded = true;
      // Before anything is done with them: a run that dies half-way is taken up with the same.
      const record = withCredentials(found, spec, credentials);
      if (record.database?.credentials !== found.database?.credentials) await records.save(record);
      const place = { record, records, claim, connection, pins: target.pins, isGone };
      const operation = await provision(site, spec, place, { ...within, engine });
      const applied: TestbedRecord = {
        ...record,
        ...fieldsOf(spec),
        spec: asJson(spec),
        outputs: { ...operation.outputs },
        ...builtNow(record, within),
        changedAt: within.now().toISOString(),
      };
      await records.save(applied);
      const appliedMs = performance.now() - began;
      options.onApplied?.();
      const ready = await becomeReady(applied, { site, target }, within);
      const outcome = isNew ? 'created' : operation.changes.length === 0 ? 'unchanged' : 'changed';
      return { outcome, testbed: ready, operation, plan, appliedMs, readyMs: performance.now() - began };
    };
    try {
      const wish = {
        store: site.store,
        stack: id,
        purpose: `up ${spec.name}`,
        // Of an id that was only tried nothing stays.
        isForgotten: () => !isRecorded,
      };
      return await tellingIfGone(target.reference, doing, () => duringChange(target, wish, surroundings, work));
    } finally {
      await target.close();
    }
  });
}

interface Place {
  readonly record: TestbedRecord;
  readonly records: Records;
  readonly claim: Claim;
  readonly connection: Promise<ClusterConnection>;
  readonly pins: Target['pins'];
  /** Its namespace, with all that was in it. */
  readonly isGone: boolean;
}

async function provision(
  site: StoredSite,
  spec: AdmittedSpec,
  place: Place,
  surroundings: Surroundings,
): Promise<OperationResult> {
  const { record, records, claim, connection } = place;
  try {
    const anew = place.isGone ? await makeAnew(record, site, { claim, connection }, surroundings) : [];
    const operation = await runOnStack(
      site,
      // Its workloads are waited for below, after the record is written.
      {
        kind: 'up',
        stack: record.id,
        claim,
        program: testbedProgram(record.id, spec, {
          databaseCredentials: record.database?.credentials,
          pins: place.pins,
          make: surroundings.make,
        }),
        connection,
        waitFor: 'applied',
      },
      surroundings,
    );
    return together(anew, operation);
  } catch (error) {
    // Without a credential nothing was touched.
    const begun = await connection.then(
      () => true,
      () => false,
    );
    if (begun && (await isStillOurs(claim))) await noteFailure(record, records, error, surroundings);
    throw error;
  }
}

async function isStillOurs(claim: Claim): Promise<boolean> {
  return claim.verify().then(
    () => true,
    () => false,
  );
}

/** Waits for the workloads and records the outcome, good or bad. */
async function becomeReady(
  record: TestbedRecord,
  { site: { records, store }, target }: { readonly site: StoredSite; readonly target: Target },
  surroundings: Surroundings,
): Promise<TestbedRecord> {
  try {
    await waitForWorkloads(target.reader, record, store, surroundings);
  } catch (error) {
    await noteFailure(record, records, error, surroundings);
    throw error;
  }
  if (record.infrastructure === 'ready') return record;
  const ready: TestbedRecord = { ...record, infrastructure: 'ready', changedAt: surroundings.now().toISOString() };
  await records.save(ready);
  return ready;
}
