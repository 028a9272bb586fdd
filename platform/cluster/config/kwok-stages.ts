/**
 * What kwok does with simulated nodes and the pods on them, in its own configuration language: a node is ready at once, a pod
 * runs as soon as it is scheduled, a job's pod is done, what is ended goes. Nothing runs anywhere.
 */

interface Match {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

function stage(
  name: string,
  kind: 'Node' | 'Pod',
  matchExpressions: readonly Match[],
  next: object,
  delay?: object,
): object {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions },
      ...(delay === undefined ? {} : { delay }),
      next,
    },
  };
}

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const ENDING = '.metadata.deletionTimestamp';

const NODE_STATUS = `
{{ $at := Now }}
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $at | Quote }}
  lastTransitionTime: {{ or $.metadata.creationTimestamp $at | Quote }}
{{ end }}
addresses:
- type: Hostname
  address: {{ .metadata.name | Quote }}
nodeInfo:
  architecture: amd64
  bootID: ""
  containerRuntimeVersion: simulated
  kernelVersion: simulated
  kubeProxyVersion: simulated
  kubeletVersion: simulated
  machineID: ""
  operatingSystem: linux
  osImage: simulated
  systemUUID: ""
`;

const POD_RUNNING = `
{{ $at := Now }}
phase: Running
startTime: {{ $at | Quote }}
conditions:
{{ range $type := split "," "Initialized,ContainersReady,Ready" }}
- type: {{ $type | Quote }}
  status: "True"
  lastTransitionTime: {{ $at | Quote }}
{{ end }}
{{ range .spec.readinessGates }}
- type: {{ .conditionType | Quote }}
  status: "True"
  lastTransitionTime: {{ $at | Quote }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  started: true
  restartCount: 0
  state:
    running:
      startedAt: {{ $at | Quote }}
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  {{ if eq .restartPolicy "Always" }}
  started: true
  state:
    running:
      startedAt: {{ $at | Quote }}
  {{ else }}
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $at | Quote }}
      finishedAt: {{ $at | Quote }}
  {{ end }}
{{ end }}
{{ with PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
`;

const POD_DONE = `
{{ $at := Now }}
phase: Succeeded
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $at | Quote }}
      finishedAt: {{ $at | Quote }}
{{ end }}
`;

/** The stages, one object each. */
export function kwokStages(): readonly object[] {
  return [
    stage('node-ready', 'Node', [{ key: READY, operator: 'NotIn', values: ['True'] }], { statusTemplate: NODE_STATUS }),
    // Leases carry the heartbeat; the conditions are refreshed now and then, as a kubelet does.
    stage(
      'node-refresh',
      'Node',
      [{ key: READY, operator: 'In', values: ['True'] }],
      { statusTemplate: NODE_STATUS },
      { durationMilliseconds: 300_000, jitterDurationMilliseconds: 330_000 },
    ),
    stage(
      'pod-running',
      'Pod',
      [
        { key: ENDING, operator: 'DoesNotExist' },
        { key: '.status.phase', operator: 'In', values: ['Pending'] },
        { key: READY, operator: 'NotIn', values: ['True'] },
      ],
      { statusTemplate: POD_RUNNING },
    ),
    stage(
      'pod-done',
      'Pod',
      [
        { key: ENDING, operator: 'DoesNotExist' },
        { key: '.status.phase', operator: 'In', values: ['Running'] },
        { key: '.metadata.ownerReferences.[].kind', operator: 'In', values: ['Job'] },
      ],
      { statusTemplate: POD_DONE },
    ),
    stage('pod-gone', 'Pod', [{ key: ENDING, operator: 'Exists' }], { delete: true }),
  ];
}
