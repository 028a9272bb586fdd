import { everything, isOperation } from '../contents';
import { FIRST_OBJECT, under, type FaultClass } from './class';

/** A token that was accepted is remembered so long by the API server, in milliseconds. */
const REMEMBERED_MS = 11_000;
/** What the API server needs to hear of another ClusterRole. */
const SETTLES_MS = 2500;

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The right to change anything ends in the middle. */
export const RIGHTS: readonly FaultClass[] = [
  {
    id: 'F20',
    fault: 'the credential ends in the middle (401)',
    expected: 'told, nothing more is changed; the re-run finishes',
    cause: (bench) =>
      under(bench, {
        flow: 'up',
        at: {
          write: FIRST_OBJECT,
          side: 'before',
          meanwhile: async () => {
            const { admin } = bench.place;
            for (const { kind, apiVersion, metadata } of (await everything(admin)).filter(isOperation))
              await admin.delete({
                apiVersion,
                kind,
                name: metadata.name,
                ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
              });
            await pause(REMEMBERED_MS);
          },
        },
        codes: [1],
        says: /401|unauthori[sz]ed|credential|claim/i,
      }),
  },
  {
    id: 'F21',
    fault: 'the provisioner loses its rights in the middle (403)',
    expected: 'the object is named; with the rights the re-run finishes',
    cause: async (bench) => {
      const { admin } = bench.place;
      const reference = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        name: 'testbed-provisioner',
      };
      const role = await admin.get(reference);
      if (role === undefined) throw new Error('there is no ClusterRole testbed-provisioner');
      const rules = (value: unknown): Promise<unknown> =>
        admin.raw('PATCH', '/apis/rbac.authorization.k8s.io/v1/clusterroles/testbed-provisioner', {
          body: [{ op: 'replace', path: '/rules', value: JSON.parse(JSON.stringify(value)) }],
          contentType: 'application/json-patch+json',
        });
      return under(bench, {
        flow: 'update',
        at: {
          write: /^(?:PATCH|POST|DELETE) .*(?:\/namespaces\/tb-|\/testbed-access\/)/,
          side: 'before',
          meanwhile: async () => {
            await rules([]);
            await pause(SETTLES_MS);
          },
        },
        lift: async () => {
          await rules(role['rules']);
          await pause(SETTLES_MS);
        },
        codes: [1],
        says: /forbidden|403|may not|right/i,
      });
    },
  },
];
