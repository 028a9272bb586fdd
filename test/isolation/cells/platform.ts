import { creates, legalPod, object, type DeniedCell } from './cell';
import { byPolicy, byRole } from './refusals';

const SYSTEM = byPolicy(
  'system-namespace',
  'what is in the namespace testbed-system belongs to the platform: ask its operator for a change',
);
const NAMES = byPolicy(
  'namespace-keys',
  'namespaces called testbed-system, testbed-access, testbed-preview-open, testbed-preview-sensitive or like a testbed (tb- and six characters) are made, changed and ended by the platform only',
);

/** What the platform keeps for itself by name, where it bears no label of ours. */
export function platformCells(): DeniedCell[] {
  const system = object.bind(undefined, 'v1');
  const inSystem = (resource: string): string => byRole('create', { group: '', resource, namespace: 'testbed-system' });
  return [
    {
      ...creates('set a parameter of rules', system('ConfigMap', 'testbed-system', 'mine', { data: { a: 'b' } })),
      refusal: inSystem('configmaps'),
      administrator: SYSTEM,
    },
    {
      ...creates(
        'wear the account of the provisioner',
        system('Pod', 'testbed-system', 'mine', { spec: legalPod({ serviceAccountName: 'testbed-provisioner' }) }),
      ),
      refusal: inSystem('pods'),
      administrator: SYSTEM,
    },
    {
      ...creates(
        'make a token of the provisioner without an end',
        system(
          'Secret',
          'testbed-system',
          'mine',
          { type: 'kubernetes.io/service-account-token' },
          { annotations: { 'kubernetes.io/service-account.name': 'testbed-provisioner' } },
        ),
      ),
      refusal: inSystem('secrets'),
      administrator: SYSTEM,
    },
    {
      ...creates('make a namespace with the name of a testbed', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'tb-zzzzzz' },
      }),
      refusal: byRole('create', { group: '', resource: 'namespaces', namespace: undefined }),
      administrator: NAMES,
    },
    {
      title: 'end the namespace of the platform',
      attempt: (c) => c.raw('DELETE', '/api/v1/namespaces/testbed-system?dryRun=All'),
      refusal: byRole('delete', { group: '', resource: 'namespaces', namespace: 'testbed-system' }),
      administrator: NAMES,
    },
  ];
}
