import { fieldsAt } from '../../../kubernetes/json';
import { drift } from '../../../operations/drift';
import { FIRST_OBJECT, inTurn, objectOf, under, until, type Course, type FaultBench, type FaultClass } from './class';

/** What others end, or keep from ending, while a command works. */
export const ENDED: readonly FaultClass[] = [
  {
    id: 'F16',
    fault: 'an aggregated API that leads nowhere: discovery is incomplete, namespaces do not end',
    expected:
      'an update goes on; a `down` waits within its bound and names what holds the namespace; the re-run finishes',
    cause: nowhere,
  },
  {
    id: 'F18',
    fault: 'the namespace is Terminating when it is wanted again',
    expected: 'told; once it is gone `up` says so and makes everything anew, guards first',
    cause: reused,
  },
  {
    id: 'F19',
    fault: 'objects ended and labels taken away behind our back',
    expected: 'of a workload `up` tells, or makes it anew; `drift` tells of all, `drift --repair` brings them back',
    cause: behindOurBack,
  },
];

async function nowhere(bench: FaultBench): Promise<string> {
  const { admin } = bench.place;
  const reference = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: 'v1.nowhere.fault.example' };
  const lead = async (): Promise<void> => {
    await admin.create(
      objectOf(reference, {
        spec: {
          group: 'nowhere.fault.example',
          version: 'v1',
          groupPriorityMinimum: 1000,
          versionPriority: 15,
          insecureSkipTLSVerify: true,
          service: { name: 'nowhere', namespace: 'default' },
        },
      }),
    );
    await until('it is known to lead nowhere', async () => {
      const { conditions } = fieldsAt((await admin.get(reference)) ?? {}, 'status');
      return JSON.stringify(conditions ?? []).includes('"status":"False"');
    });
  };
  const end = async (): Promise<void> => void (await admin.delete(reference));
  const at = { write: 1, side: 'before', meanwhile: lead } as const;
  return inTurn({
    update: () => under(bench, { flow: 'update', at, lift: end, codes: [0] }),
    down: () => under(bench, { flow: 'down', at, lift: end, codes: [0, 1], says: /Discovery|nowhere|namespace/i }),
  });
}

/** What is gone comes again at once. */
async function repaired({ place: { surroundings, target }, flows: { name } }: FaultBench): Promise<void> {
  const { drifted } = await drift({ name, ...target, repair: true, now: true }, surroundings);
  if (drifted) throw new Error('something differs after the repair');
}

function reused(bench: FaultBench): Promise<string> {
  const { admin } = bench.place;
  const holder = { apiVersion: 'v1', kind: 'ConfigMap', name: 'fault-holder' };
  const isGone = (name: string) => async (): Promise<boolean> =>
    (await admin.get({ apiVersion: 'v1', kind: 'Namespace', name })) === undefined;
  return under(bench, {
    flow: 'update',
    at: {
      write: FIRST_OBJECT,
      side: 'before',
      meanwhile: async (namespace) => {
        await admin.create(objectOf({ ...holder, namespace }, {}, { finalizers: ['fault.example/hold'] }));
        await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
        await until(
          'it is Terminating',
          async () =>
            (await admin
              .get({ apiVersion: 'v1', kind: 'NetworkPolicy', name: 'default-deny', namespace })
              .catch(() => undefined)) === undefined,
        );
      },
    },
    lift: async (namespace) => {
      await admin.mergePatch({ ...holder, namespace }, { metadata: { finalizers: null } });
      await until('the namespace is gone', isGone(namespace));
    },
    codes: [1],
    says: /terminat|being ended|NotFound|not found|was deleted/i,
  });
}

function behindOurBack(bench: FaultBench): Promise<string> {
  const { admin } = bench.place;
  const way = (
    meddle: (namespace: string) => Promise<unknown>,
    { codes, says }: Pick<Course, 'codes' | 'says'>,
  ): (() => Promise<string>) => {
    const at = {
      write: FIRST_OBJECT,
      side: 'after',
      meanwhile: async (id: string) => void (await meddle(id)),
    } as const;
    const lift = (): Promise<void> => repaired(bench);
    return () => under(bench, { flow: 'update', at, lift, codes, ...(says === undefined ? {} : { says }) });
  };
  const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: 'default-deny' };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', name: 'database' };
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', name: 'quota' };
  const database = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'database' };
  const unlabelled = { metadata: { labels: { 'testbed.io/managed': null, 'testbed.io/testbed': null } } };
  return inTurn({
    objects: way((namespace) => Promise.all([policy, account].map((one) => admin.delete({ ...one, namespace }))), {
      codes: [0, 1],
    }),
    labels: way(
      (namespace) => Promise.all([quota, database].map((one) => admin.mergePatch({ ...one, namespace }, unlabelled))),
      { codes: [0, 1] },
    ),
    // Where the update writes it after that, it makes it anew.
    workload: way((namespace) => admin.delete({ ...database, namespace }), { codes: [0, 1], says: /StatefulSet/ }),
  });
}
