import { z } from 'zod';
import { SHARED_STACK, sharedStackOf } from '../components/vocabulary';
import type { Claim } from '../engine/claims/held-claim';
import type { Engine, OperationResult, ProgramReference } from '../engine/types';
import { createClient } from '../kubernetes/client';
import type { ClusterConnection } from '../kubernetes/types';
import { systemNamespace } from '../platform/cluster';
import { TestbedError, text } from '../errors';
import { judgeProgram } from './judged-plan';
import { sharedProgram } from './program';
import { despiteOutdatedRules } from './outdated-rules';
import { tellingIfGone } from './cluster-gone';
import { ANCHOR } from '../policies/admission/anchor';
import { rulesInForce, sweepRules } from './rules-in-force';
import { rulesLeftOut, type RuleLeftOut } from './rules-left-out';
import { openSite, prepareSite, type Site } from './site';
import { siteRules } from './site-rules';
import { takeBackShared, type RepairedObject } from './shared-drift';
import { isStanding, minorOf, userName } from './shared-facts';
import { runOnStack, withEngine } from './stack';
import { withStackClaim, type Claimed } from './stack-claim';
import { sweepOperations } from './sweep';
import { openStoredSite, type StoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import type { Target, TargetOptions } from './target';
import { openTarget } from './target';

export interface SharedResult {
  /** `taken-up`: there was no state, and what bears our marks on the cluster was taken up as it stands. */
  readonly outcome: 'created' | 'taken-up' | 'changed' | 'unchanged' | 'ended' | 'previewed';
  readonly operation: OperationResult;
  /** Of `up`: what somebody had changed, and was taken back. */
  readonly repaired?: readonly RepairedObject[];
  /** Rules that this cluster's API server is too old for; plan and audit judge them all the same. */
  readonly rulesLeftOut: readonly RuleLeftOut[];
}

/**
 * Brings what the cluster shares (access namespace, provisioner, fixed roles, guard rails) to this version, and takes back what somebody changed of it. Where its state was lost, what
 * stands is taken up by its marks.
 */
export async function sharedUp(options: TargetOptions, surroundings: Surroundings): Promise<SharedResult> {
  const { operation, rulesLeftOut, repaired, stood } = await runShared('up', options, surroundings, settle);
  const isNew = isAllNew(operation);
  const hasChanged = operation.changes.length > 0 || (repaired ?? []).length > 0;
  return {
    outcome: isNew ? (stood === true ? 'taken-up' : 'created') : hasChanged ? 'changed' : 'unchanged',
    operation,
    rulesLeftOut,
    ...(repaired === undefined ? {} : { repaired }),
  };
}

/** Everything was applied: then nothing differs from it. */
function isAllNew({ counts }: OperationResult): boolean {
  return (counts.same ?? 0) === 0 && (counts.create ?? 0) > 0;
}

/** Waits until the rules are in force; and what operations that were killed left is ended here, where nobody waits for it. */
async function settle({ operation, site, target, claim, surroundings }: Done): Promise<void> {
  const client = createClient(await target.site());
  const admin = createClient(await target.admin());
  try {
    const { canary, ruleObjects } = sharedOutputs.parse(operation.outputs);
    await rulesInForce(admin, canary, surroundings);
    await claim.verify();
    await sweepRules(admin, ruleObjects, surroundings);
    await sweepOperations(site, client, surroundings);
  } finally {
    await Promise.all([client.close(), admin.close()]);
  }
}

const sharedOutputs = z.object({ canary: z.string(), ruleObjects: z.array(z.string()) });

export async function sharedPreview(options: TargetOptions, surroundings: Surroundings): Promise<SharedResult> {
  return { outcome: 'previewed', ...(await runShared('preview', options, surroundings)) };
}

/** Ends what the cluster shares; refused while testbeds stand, since they would lose their guard rails. */
export async function sharedDown(options: TargetOptions, surroundings: Surroundings): Promise<SharedResult> {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const standing = await site.records.list();
  if (standing.length > 0)
    throw new TestbedError(
      'NotEmpty',
      text(
        `${standing.length} testbeds still stand on what would be ended`,
        `테스트베드 ${standing.length}개가 아직 공용 구성을 사용 중입니다`,
      ),
      {
        hint: text(
          `end them first, such as: testbed down ${standing[0]?.name ?? ''}`,
          `먼저 종료하세요. 예: testbed down ${standing[0]?.name ?? ''}`,
        ),
      },
    );
  await surroundings.confirm(
    text(
      'end the roles, the provisioner and the guard rails of this cluster?',
      '이 클러스터의 역할, 프로비저너, 보호 규칙을 종료할까요?',
    ),
  );
  const ended = await runShared('down', options, surroundings, sweep);
  return { outcome: 'ended', ...ended };
}

/** The rules outlive their stack; the anchor stays. */
async function sweep({ target, claim, surroundings }: Done): Promise<void> {
  const admin = createClient(await target.admin());
  try {
    // The bindings and policies, then the parameters that they named.
    for (let times = 0; times < 2; times += 1) {
      await claim.verify();
      await sweepRules(admin, [ANCHOR], surroundings);
    }
  } finally {
    await admin.close();
  }
}

export interface SharedStatus {
  readonly state: 'absent' | 'current' | 'outdated' | 'drifted';
  /** Objects that the stack holds. */
  readonly objects: number;
  /** What `shared up` would change. */
  readonly pending: OperationResult['changes'];
  /** What differs on the cluster from what was provisioned. */
  readonly drift: OperationResult['changes'];
  /** Rules that this cluster's API server is too old for. */
  readonly rulesLeftOut: readonly RuleLeftOut[];
}

/** Whether the cluster has what testbeds share, in this version and unchanged. */
export async function sharedStatus(options: TargetOptions, surroundings: Surroundings): Promise<SharedStatus> {
  return withEngine(surroundings, async (engine) => {
    const within = { ...surroundings, engine };
    const { operation: planned, rulesLeftOut } = await runShared('preview', options, within);
    const objects = totalOf(planned) - (planned.counts.create ?? 0);
    if (objects === 0) return { state: 'absent', objects, pending: planned.changes, drift: [], rulesLeftOut };
    const drift = (await runShared('drift', options, within)).operation.changes;
    const state = drift.length > 0 ? 'drifted' : planned.changes.length > 0 ? 'outdated' : 'current';
    return { state, objects, pending: planned.changes, drift, rulesLeftOut };
  });
}

function totalOf(operation: OperationResult): number {
  return Object.values(operation.counts).reduce((sum, count) => sum + count, 0);
}

interface Done extends Claimed {
  readonly operation: OperationResult;
  readonly site: StoredSite;
  readonly target: Target;
}

type Ran = Pick<SharedResult, 'operation' | 'rulesLeftOut' | 'repaired'> & {
  /** Of `up`: objects of the stack stood although it had no state. */
  readonly stood?: boolean;
};

/** What is left to do under the claim when the engine is done. */
type Afterwards = (done: Done) => Promise<void>;

async function runShared(
  kind: 'up' | 'preview' | 'down' | 'drift',
  options: TargetOptions,
  surroundings: Surroundings,
  afterwards: Afterwards = () => Promise.resolve(),
): Promise<Ran> {
  const folders = kind === 'up' ? prepareSite(surroundings.environment) : openSite(surroundings.environment);
  await using site = await openStoredSite(folders, surroundings);
  return withEngine(surroundings, async (engine) => {
    const target = await openTarget(site, options, surroundings);
    try {
      return await tellingIfGone(target.reference, SHARED_DOING, async () => {
        const place = { site, target, engine, stack: sharedStackIn(target) };
        if (kind === 'preview' || kind === 'drift') return runOnShared(kind, place, { surroundings });
        const wish = { store: site.store, stack: place.stack, purpose: `shared ${kind}` };
        return withStackClaim(wish, surroundings, async (claimed) => {
          const ran = await runOnShared(kind, place, claimed);
          await afterwards({ ...claimed, operation: ran.operation, site, target });
          return ran;
        });
      });
    } finally {
      await target.close();
    }
  });
}

/** Name of the stack of what a cluster shares. */
export function sharedStackIn({ reference: { kind, uid } }: Target): string {
  return kind === 'embedded' ? SHARED_STACK : sharedStackOf(uid);
}

interface SharedPlace {
  readonly site: StoredSite;
  readonly target: Target;
  readonly engine: Engine;
  readonly stack: string;
}

async function runOnShared(
  kind: 'up' | 'preview' | 'down' | 'drift',
  { site, target, engine, stack }: SharedPlace,
  { claim, surroundings }: { readonly claim?: Claim; readonly surroundings: Surroundings },
): Promise<Ran> {
  const connection = await target.admin();
  // Nobody can end an administrator's credential: each writing asks for the claim.
  const run = { kind, stack, connection, ...(claim === undefined ? {} : { claim, asksBeforeWriting: true }) };
  const within = { ...surroundings, engine };
  if (kind === 'down' || kind === 'drift') return { operation: await runOnStack(site, run, within), rulesLeftOut: [] };
  const minor = await minorOf(target.reader);
  const program = await programFor(site, target, connection, minor);
  const nodeImages = target.pins !== undefined;
  await judgeProgram(engine, site, { program, stack, grade: 'sensitive', nodeImages }, surroundings);
  const work = (): Promise<OperationResult> => runOnStack(site, { ...run, program }, within);
  if (kind === 'preview') return { operation: await work(), rulesLeftOut: await rulesLeftOut(site, minor) };
  await claimSystemNamespace(connection, surroundings);
  const stood = !(await hasState(site, stack)) && (await isStanding(connection, stack));
  const operation = await despiteOutdatedRules({ site, target, minor }, within, work);
  const repaired = isAllNew(operation) ? [] : await takeBackShared(site, run, within);
  return { operation, rulesLeftOut: await rulesLeftOut(site, minor), repaired, stood };
}

async function hasState({ store }: StoredSite, stack: string): Promise<boolean> {
  const { readPublished } = await import('../engine/published-state.js');
  return (await readPublished({ name: stack, store }))?.content !== undefined;
}

/** An existing cluster may not have it. One that stands is left as it is: an embedded cluster looks after its own. */
async function claimSystemNamespace(connection: ClusterConnection, { signal }: Surroundings): Promise<void> {
  const client = createClient(connection);
  try {
    const namespace = systemNamespace();
    const { apiVersion, kind, metadata } = namespace;
    if ((await client.get({ apiVersion, kind, name: metadata.name }, signal)) !== undefined) return;
    await client.apply(namespace, { signal });
  } finally {
    await client.close();
  }
}

async function programFor(
  site: Site,
  target: Target,
  connection: ClusterConnection,
  minor: string,
): Promise<ProgramReference> {
  const admins = target.reference.kind === 'embedded' ? [] : [await userName(connection)];
  return sharedProgram({ admins, minor, siteRules: siteRules(site), nodeImages: target.pins !== undefined });
}

const SHARED_DOING = text('what it shares was looked after', '공용 구성을 다루는 동안');
