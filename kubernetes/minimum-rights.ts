import { text, type Text } from '../errors';

/** Rights on one kind of resource, and what for. */
export interface MinimumRight {
  /** `` for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly why: Text;
}

const WRITE = ['get', 'list', 'watch', 'create', 'patch', 'delete'] as const;
const READ = ['get', 'list', 'watch'] as const;

const BOUNDARY = text("a testbed's boundary", '테스트베드의 경계');
const WORKLOADS = text("a testbed's workloads", '테스트베드의 워크로드');
const WAITS = text('waiting and saying why something is not ready', '준비 상태 대기와 원인 안내');
const SHARED = text('what all testbeds share (stack `shared`)', '모든 테스트베드의 공용 구성 (shared 스택)');

/** What the credential of an existing cluster must be allowed, in the whole cluster. Printed by doctor and by the reference. */
export const minimumRights: readonly MinimumRight[] = [
  { group: '', resource: 'namespaces', verbs: WRITE, why: BOUNDARY },
  { group: '', resource: 'resourcequotas', verbs: WRITE, why: BOUNDARY },
  { group: '', resource: 'limitranges', verbs: WRITE, why: BOUNDARY },
  { group: 'networking.k8s.io', resource: 'networkpolicies', verbs: WRITE, why: BOUNDARY },
  { group: '', resource: 'serviceaccounts', verbs: WRITE, why: BOUNDARY },
  { group: 'rbac.authorization.k8s.io', resource: 'roles', verbs: WRITE, why: BOUNDARY },
  { group: 'rbac.authorization.k8s.io', resource: 'rolebindings', verbs: WRITE, why: BOUNDARY },
  { group: '', resource: 'secrets', verbs: ['get', 'create', 'patch', 'delete'], why: WORKLOADS },
  { group: '', resource: 'configmaps', verbs: WRITE, why: WORKLOADS },
  { group: '', resource: 'services', verbs: WRITE, why: WORKLOADS },
  { group: '', resource: 'persistentvolumeclaims', verbs: WRITE, why: WORKLOADS },
  { group: 'apps', resource: 'statefulsets', verbs: WRITE, why: WORKLOADS },
  { group: 'apps', resource: 'deployments', verbs: WRITE, why: WORKLOADS },
  { group: '', resource: 'pods', verbs: READ, why: WAITS },
  { group: '', resource: 'events', verbs: ['list'], why: WAITS },
  {
    group: '',
    resource: 'persistentvolumes',
    verbs: ['get', 'list'],
    why: text('proof that nothing is left', '잔여 자원이 없음을 증명'),
  },
  {
    group: '',
    resource: 'serviceaccounts/token',
    verbs: ['create'],
    why: text('short-lived credentials of operations and people', '작업과 사용자를 위한 단기 자격 증명'),
  },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', verbs: [...WRITE, 'bind', 'escalate'], why: SHARED },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings', verbs: WRITE, why: SHARED },
  { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies', verbs: WRITE, why: SHARED },
  { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicybindings', verbs: WRITE, why: SHARED },
  {
    group: 'storage.k8s.io',
    resource: 'storageclasses',
    verbs: ['get', 'list'],
    why: text('a disk for databases', '데이터베이스용 디스크'),
  },
  {
    group: '',
    resource: 'nodes',
    verbs: ['list'],
    why: text('telling simulated nodes from real ones', '모의 노드와 실제 노드의 구별'),
  },
];
