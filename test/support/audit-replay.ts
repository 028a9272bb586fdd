import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const auditEvent = z.object({
  stage: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  objectRef: z
    .object({
      resource: z.string(),
      namespace: z.string().optional(),
      name: z.string().optional(),
      subresource: z.string().optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.number().optional() }).optional(),
  requestObject: z.unknown().optional(),
  responseObject: z
    .object({ metadata: z.object({ labels: z.record(z.string(), z.string()).optional() }).optional() })
    .optional(),
  requestReceivedTimestamp: z.string(),
  stageTimestamp: z.string(),
});

export type AuditEvent = z.output<typeof auditEvent>;

/** The events of an API server's audit log, one JSON a line. */
export async function* readAuditLog(file: string): AsyncIterable<AuditEvent> {
  for await (const line of createInterface({ input: createReadStream(file) }))
    if (line !== '') yield auditEvent.parse(JSON.parse(line));
}

/** An instant at which somebody could have used an environment whose guard rails did not stand yet. */
export interface UnsafeInstant {
  readonly namespace: string;
  readonly what: string;
  readonly missing: readonly string[];
  readonly at: string;
}

const GUARD_RAILS = ['namespace labels', 'resourcequotas', 'limitranges', 'networkpolicies default-deny'] as const;
const WORKLOADS = new Set([
  'pods',
  'deployments',
  'statefulsets',
  'daemonsets',
  'replicasets',
  'jobs',
  'cronjobs',
  'replicationcontrollers',
]);
const ACCESS = new Set(['rolebindings', 'roles']);
const WRITES = new Set(['create', 'update', 'patch']);

/**
 * Replays the writes to testbeds' namespaces in the order in which the API server received and answered them. A guard rail stands from its
 * answer on; a workload or access counts from its request on, so that the verdict errs on the strict side.
 */
export async function unsafeInstants(
  events: AsyncIterable<AuditEvent> | Iterable<AuditEvent>,
): Promise<{ unsafe: UnsafeInstant[]; namespaces: number; judged: number }> {
  const writes: AuditEvent[] = [];
  for await (const event of events)
    if (
      event.stage === 'ResponseComplete' &&
      WRITES.has(event.verb) &&
      !event.requestURI.includes('dryRun') &&
      (event.responseStatus?.code ?? 500) < 300
    )
      writes.push(event);
  const standing = new Map<string, Map<string, string>>();
  for (const event of writes) {
    const rail = guardRailOf(event);
    const namespace = namespaceOf(event);
    if (rail === undefined || namespace === undefined) continue;
    const rails = standing.get(namespace) ?? new Map<string, string>();
    const known = rails.get(rail);
    if (known === undefined || event.stageTimestamp < known) rails.set(rail, event.stageTimestamp);
    standing.set(namespace, rails);
  }
  const unsafe: UnsafeInstant[] = [];
  let judged = 0;
  for (const event of writes) {
    const namespace = namespaceOf(event);
    const resource = event.objectRef?.resource ?? '';
    if (namespace === undefined || event.objectRef?.subresource !== undefined) continue;
    if (!WORKLOADS.has(resource) && !ACCESS.has(resource)) continue;
    judged += 1;
    const rails = standing.get(namespace);
    const missing: string[] = GUARD_RAILS.filter(
      (rail) => !((rails?.get(rail) ?? '~') <= event.requestReceivedTimestamp),
    );
    if (missing.length > 0)
      unsafe.push({
        namespace,
        what: `${event.verb} ${resource}/${event.objectRef?.name ?? ''}`,
        missing,
        at: event.requestReceivedTimestamp,
      });
  }
  return { unsafe, namespaces: standing.size, judged };
}

function namespaceOf(event: AuditEvent): string | undefined {
  const reference = event.objectRef;
  const name = reference?.resource === 'namespaces' ? (reference.name ?? reference.namespace) : reference?.namespace;
  return name !== undefined && /^tb-[a-z0-9]{6}$/.test(name) ? name : undefined;
}

function guardRailOf(event: AuditEvent): (typeof GUARD_RAILS)[number] | undefined {
  const reference = event.objectRef;
  if (reference?.subresource !== undefined) return undefined;
  const labels = event.responseObject?.metadata?.labels;
  if (reference?.resource === 'namespaces' && labels?.['pod-security.kubernetes.io/enforce'] === 'restricted')
    return 'namespace labels';
  if (reference?.resource === 'networkpolicies' && reference.name === 'default-deny')
    return 'networkpolicies default-deny';
  if (reference?.resource === 'resourcequotas' || reference?.resource === 'limitranges') return reference.resource;
  return undefined;
}
