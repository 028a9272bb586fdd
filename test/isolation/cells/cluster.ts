import { MERGE, type DeniedCell } from './cell';
import { manifest } from './manifests';
import { EPHEMERAL } from './neighbour';
import { byRoleFor, type Method } from './refusals';

/** A right request for a client certificate of `mallory`, PEM in base64. */
const CERTIFICATE_REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlITU1IUUNBUUF3RWpFUU1BNEdBMVVFQXd3SGJXRnNiRzl5ZVRCWk1CTUdCeXFHU000OUFnRUdDQ3FHU000OQpBd0VIQTBJQUJQTnJlbXVwVWM5eEFTS0IwWkdvQmlOWkhYOGU0TlE1SEdHZVdYaG56M2tNS3VMZVZ5K2dYMEF3CnJGZ21IMGRsQ0JsZkRGWlFJa0pyOXpwUjhvZGNkekdnQURBS0JnZ3Foa2pPUFFRREFnTklBREJGQWlCcER1Ky8KSE5HWDFvclFUZFQ0dTZBbzRmQlpldldDZFg0OUIwRnROakpiUWdJaEFML3VlbzZpTDUzYnlvN1lERFlVOHZ2bgo1T2VNdk9ndktzOU5CZDZHY0RUUAotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K';

/** Beyond any namespace: the cluster itself, and lists across all testbeds. */
export function clusterCells(own: string): DeniedCell[] {
  const denied = (method: Method, path: string, request = {}, behind?: string): DeniedCell => ({
    title: `${method} ${path.replace(own, 'own')}`,
    attempt: (c) => c.raw(method, path, request),
    refusal: byRoleFor(method, path),
    ...(behind === undefined ? {} : { behind }),
  });
  const patched = (body: unknown) => ({ body, contentType: MERGE });
  const labelled = patched({ metadata: { labels: { a: 'b' } } });
  const rbac = 'rbac.authorization.k8s.io';
  const here = `namespaces/${own}`;
  return [
    ...['namespaces', 'nodes', 'persistentvolumes', 'pods', 'secrets', 'configmaps', 'services', 'events'].map(
      (plural) => denied('GET', `/api/v1/${plural}`),
    ),
    denied('GET', '/apis/apps/v1/statefulsets'),
    denied('GET', '/apis/storage.k8s.io/v1/storageclasses'),
    denied('GET', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'),
    denied(
      'PATCH',
      '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/testbed-managed-objects?dryRun=All',
      labelled,
    ),
    denied('PATCH', `/apis/${rbac}/v1/clusterroles/testbed-developer?dryRun=All`, labelled),
    denied('POST', `/apis/${rbac}/v1/clusterrolebindings?dryRun=All`, {
      body: {
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: 'mine' },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [],
      },
    }),
    denied('POST', '/apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All', {
      body: {
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name: 'mine' },
        spec: { request: CERTIFICATE_REQUEST, signerName: 'example.com/any', usages: ['client auth'] },
      },
    }),
    denied('GET', '/api/v1/namespaces/testbed-system/secrets'),
    denied('GET', '/api/v1/namespaces/testbed-access/serviceaccounts'),
    denied('POST', '/api/v1/namespaces/testbed-access/serviceaccounts?dryRun=All', {
      body: manifest('serviceaccounts', 'testbed-access', 'mine'),
    }),
    // What the own namespace does not give either.
    denied('GET', `/api/v1/${here}/secrets`),
    denied('PATCH', `/api/v1/${here}/pods/database-0/ephemeralcontainers?dryRun=All`, {
      body: EPHEMERAL,
      contentType: 'application/strategic-merge-patch+json',
    }),
    denied('PATCH', `/api/v1/${here}/pods/database-0/status?dryRun=All`, patched({ status: { message: 'x' } })),
    denied('POST', `/api/v1/${here}/pods/database-0/eviction?dryRun=All`, {
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'database-0', namespace: own } },
    }),
    denied('PATCH', `/apis/apps/v1/${here}/statefulsets/database/scale?dryRun=All`, patched({ spec: { replicas: 0 } })),
    denied('PATCH', `/api/v1/${here}/services/database/status?dryRun=All`, labelled),
    denied('GET', `/api/v1/${here}/services/database/proxy/`, {}, '50'),
    ...(
      [
        ['/api/v1', 'endpoints'],
        ['/apis/networking.k8s.io/v1', 'networkpolicies'],
        ['/apis/apps/v1', 'daemonsets'],
      ] as const
    ).map(([root, plural]) =>
      denied('POST', `${root}/${here}/${plural}?dryRun=All`, { body: manifest(plural, own, 'mine') }),
    ),
  ];
}
