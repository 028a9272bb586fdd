import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { types } from '@pulumi/kubernetes';
import { metadataOf, type Belonging } from './metadata';
import { COMPONENTS, LABELS } from './vocabulary';

type NetworkPolicy = types.input.networking.v1.NetworkPolicy;

/** A NetworkPolicy that a part of the testbed needs beside the boundary's own: plain, so that tests and policies can read it. */
export interface NamedNetworkPolicy {
  readonly belonging: Belonging;
  readonly name: string;
  readonly spec: types.input.networking.v1.NetworkPolicySpec;
}

/** One way out of the testbed, from its spec. */
export interface EgressException {
  /** An RFC 1123 label, once in a testbed. */
  readonly name: string;
  /** `203.0.113.0/24` */
  readonly cidr: string;
  readonly ports: readonly { readonly port: number; readonly protocol: 'TCP' | 'UDP' }[];
}

/** Where clouds serve the credentials of a node; no testbed ever talks to them. */
export const METADATA_ADDRESSES = ['169.254.169.254', 'fd00:ec2::254'] as const;

/** Participants can't set our labels (the guard rails see to it), so a pod without this one is theirs. */
const PARTICIPANTS_PODS = { matchExpressions: [{ key: LABELS.component, operator: 'DoesNotExist' }] };

/** Nothing in, nothing out, for every pod that there is or will be. */
export function defaultDeny(testbed: string): NetworkPolicy {
  return networkPolicy({
    belonging: { testbed, component: COMPONENTS.boundary },
    name: 'default-deny',
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
}

/** Names are resolved by the cluster's DNS, found by its labels: an address would open whatever holds it later. */
export function allowDns(testbed: string): NetworkPolicy {
  return networkPolicy({
    belonging: { testbed, component: COMPONENTS.boundary },
    name: 'allow-dns',
    spec: {
      podSelector: PARTICIPANTS_PODS,
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    },
  });
}

/** The participant's pods talk to each other and to our workloads; those open their own ports by policies of their own. */
export function allowSameNamespace(testbed: string): NetworkPolicy {
  return networkPolicy({
    belonging: { testbed, component: COMPONENTS.boundary },
    name: 'allow-same-namespace',
    spec: {
      podSelector: PARTICIPANTS_PODS,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: {} }] }],
      egress: [{ to: [{ podSelector: {} }] }],
    },
  });
}

/**
 * One exception of the spec, for the participant's pods, named by its name there.
 * Throws where it names the metadata address itself, is no CIDR, or has no ports (which would open all).
 */
export function allowEgress(testbed: string, exception: EgressException): NetworkPolicy {
  const except = metadataWithin(exception.cidr);
  if (exception.ports.length === 0) throw new Error(`network.egress: "${exception.name}" names no port`);
  return networkPolicy({
    belonging: { testbed, component: COMPONENTS.boundary },
    name: `egress-${exception.name}`,
    spec: {
      podSelector: PARTICIPANTS_PODS,
      policyTypes: ['Egress'],
      egress: [
        {
          to: [{ ipBlock: { cidr: exception.cidr, ...(except.length === 0 ? {} : { except }) } }],
          ports: exception.ports.map(({ port, protocol }) => ({ protocol, port })),
        },
      ],
    },
  });
}

export function networkPolicy({ belonging, name, spec }: NamedNetworkPolicy): NetworkPolicy {
  return { metadata: metadataOf(belonging, name), spec };
}

/** The metadata addresses inside a block, as the blocks to leave out of it. */
function metadataWithin(cidr: string): string[] {
  const [address = '', prefix = '', ...rest] = cidr.split('/');
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  const bits = family === 'ipv4' ? 32 : 128;
  if (family === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)
    throw new Error(`network.egress: "${cidr}" is not a CIDR such as 203.0.113.0/24`);
  const block = new BlockList();
  block.addSubnet(address, Number(prefix), family);
  const within = METADATA_ADDRESSES.filter(
    (known) => isIPv4(known) === (family === 'ipv4') && block.check(known, family),
  );
  if (within.length > 0 && Number(prefix) === bits)
    throw new Error(`network.egress: "${cidr}" is where clouds serve credentials; take it out`);
  return within.map((known) => `${known}/${bits}`);
}
