import { ADMIN_GROUP, USERS } from '../../../components/vocabulary';

/** The cluster's own controllers, whose leases and events say nothing about what people did. */
const OWN_USERS = [
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  USERS.kwok,
  USERS.simulatedStorage,
];
const OWN_NOISE = [
  { group: 'coordination.k8s.io', resources: ['leases'] },
  { group: '', resources: ['events'] },
  { group: 'events.k8s.io', resources: ['events'] },
];
const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/**
 * What the API server records, first match wins: never the content of secrets, configuration and tokens; who read them, though;
 * guard rails with their content; every other write and connect by name; reads only of those with all rights, who are watched in all.
 */
export function auditPolicy(): object {
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    omitManagedFields: true,
    rules: [
      { level: 'None', users: OWN_USERS, resources: OWN_NOISE },
      // The controllers of the controller manager act as service accounts of kube-system.
      { level: 'None', userGroups: ['system:serviceaccounts:kube-system'], resources: OWN_NOISE },
      {
        level: 'Metadata',
        resources: [
          { group: '', resources: ['secrets', 'configmaps', 'serviceaccounts/token'] },
          { group: 'authentication.k8s.io', resources: ['tokenreviews'] },
        ],
      },
      {
        level: 'RequestResponse',
        verbs: WRITES,
        resources: [
          {
            group: '',
            resources: ['namespaces', 'namespaces/finalize', 'namespaces/status', 'resourcequotas', 'limitranges'],
          },
          { group: 'networking.k8s.io', resources: ['networkpolicies'] },
          { group: 'rbac.authorization.k8s.io' },
        ],
      },
      // A connect is a read by its verb when it comes as a web socket.
      {
        level: 'Metadata',
        resources: [
          {
            group: '',
            resources: [
              'pods/exec',
              'pods/attach',
              'pods/portforward',
              'pods/proxy',
              'pods/ephemeralcontainers',
              'services/proxy',
              'nodes/proxy',
            ],
          },
        ],
      },
      { level: 'Metadata', userGroups: [ADMIN_GROUP] },
      { level: 'Metadata', users: [USERS.bootstrap] },
      { level: 'None', verbs: ['get', 'list', 'watch'] },
      { level: 'None', nonResourceURLs: ['*'], verbs: ['get', 'head', 'options'] },
      { level: 'Metadata' },
    ],
  };
}
