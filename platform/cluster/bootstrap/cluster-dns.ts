import { createHash } from 'node:crypto';
import { ANNOTATIONS, POD_SECURITY_VERSION } from '../../../components/vocabulary';
import { TestbedError, text } from '../../../errors';
import type { KubernetesObject } from '../../../kubernetes/types';
import { CLUSTER_DOMAIN, DNS_ADDRESS } from '../config/real-node-facts';
import type { ClusterRecord } from '../record/cluster-record';
import { grant } from './roles';

export const DNS_NAMESPACE = 'kube-system';
export const DNS_NAME = 'coredns';
/** The label and the Service name by which everybody expects a cluster's DNS. */
const LABELS = { 'k8s-app': 'kube-dns' };
export const DNS_LABEL = 'k8s-app=kube-dns';
const SERVICE = 'kube-dns';
/** Of the image's own user. */
const UID = 65_532;

export interface ClusterDnsFacts {
  /** Reference of the image, with digest. */
  readonly image: string;
  /** Where the API server is reached from pods, behind its Service. */
  readonly hostAddress: string;
  readonly apiServerPort: number;
}

/** Of a cluster with a real node; undefined without. Throws ClusterDamaged when its images have no name server. */
export function clusterDnsFacts({ nodes, realNode, ports }: ClusterRecord): ClusterDnsFacts | undefined {
  if (nodes.kind !== 'real' || realNode === undefined) return undefined;
  const image = realNode.images.find(({ reference }) => /\/coredns[@:]/.test(reference))?.reference;
  if (image === undefined)
    throw new TestbedError(
      'ClusterDamaged',
      text("the real node's images have no name server", '실제 노드의 이미지에 이름 서버가 없습니다'),
      { hint: text('run: testbed cluster up', '실행: testbed cluster up') },
    );
  return { image, hostAddress: realNode.network.hostAddress, apiServerPort: ports.apiServer };
}

/** Names are answered to a pod about its own namespace and the Services named here, to nobody else; there is no way to names outside. */
function corefile(): string {
  return `.:53 {
  errors
  health :8080 {
    lameduck 2s
  }
  ready :8181
  visibility {
    shared default/kubernetes ${DNS_NAMESPACE}/${SERVICE}
  }
  cache 5
  kubernetes ${CLUSTER_DOMAIN} in-addr.arpa ip6.arpa {
    pods disabled
    ttl 5
  }
}
`;
}

/** CoreDNS with all that it needs and no more, and a kube-system in which nothing else is reached. */
export function clusterDns({ image, hostAddress, apiServerPort }: ClusterDnsFacts): readonly KubernetesObject[] {
  const content = corefile();
  const metadata = { name: DNS_NAME, namespace: DNS_NAMESPACE };
  return [
    systemNamespace(),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    ...grant(
      'testbed-coredns',
      [
        { apiGroups: [''], resources: ['services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      ],
      { kind: 'ServiceAccount', ...metadata },
    ),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Corefile: content } },
    ...policies(hostAddress, apiServerPort),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: SERVICE, namespace: DNS_NAMESPACE, labels: LABELS },
      spec: {
        clusterIP: DNS_ADDRESS,
        selector: LABELS,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
          { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        ],
      },
    },
    deployment(image, createHash('sha256').update(content).digest('hex').slice(0, 16)),
  ];
}

/** The labels alone: the API server itself makes this namespace. */
function systemNamespace(): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: DNS_NAMESPACE,
      labels: {
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/enforce-version': POD_SECURITY_VERSION,
      },
    },
  };
}

/** Rules are judged behind Services: what counts is the pod's port, and the API server's own address. */
function policies(hostAddress: string, apiServerPort: number): KubernetesObject[] {
  const policy = (name: string, spec: object): KubernetesObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: DNS_NAMESPACE },
    spec,
  });
  return [
    policy('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
    policy('coredns', {
      podSelector: { matchLabels: LABELS },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [{ namespaceSelector: {} }],
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
      ],
      egress: [{ to: [{ ipBlock: { cidr: `${hostAddress}/32` } }], ports: [{ port: apiServerPort, protocol: 'TCP' }] }],
    }),
  ];
}

function deployment(image: string, configuration: string): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: DNS_NAME, namespace: DNS_NAMESPACE, labels: LABELS },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 1,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS, annotations: { [ANNOTATIONS.configuration]: configuration } },
        spec: {
          serviceAccountName: DNS_NAME,
          automountServiceAccountToken: true,
          enableServiceLinks: false,
          dnsPolicy: 'Default',
          priorityClassName: 'system-cluster-critical',
          terminationGracePeriodSeconds: 5,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: UID,
            runAsGroup: UID,
            seccompProfile: { type: 'RuntimeDefault' },
            // Port 53 without a capability; the sysctl is the pod's own, so that policies name the port that everybody knows.
            sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
          },
          containers: [container(image)],
          volumes: [{ name: 'configuration', configMap: { name: DNS_NAME } }],
        },
      },
    },
  };
}

function container(image: string): object {
  return {
    name: DNS_NAME,
    image,
    imagePullPolicy: 'Never',
    args: ['-conf', '/etc/coredns/Corefile'],
    ports: [
      { name: 'dns', containerPort: 53, protocol: 'UDP' },
      { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
    ],
    resources: { requests: { cpu: '20m', memory: '48Mi' }, limits: { memory: '160Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1, timeoutSeconds: 2 },
    livenessProbe: {
      httpGet: { path: '/health', port: 8080 },
      periodSeconds: 5,
      timeoutSeconds: 3,
      failureThreshold: 3,
    },
    volumeMounts: [{ name: 'configuration', mountPath: '/etc/coredns', readOnly: true }],
  };
}
