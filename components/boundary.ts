import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { testbedNamespace, type NamespaceFacts } from './namespace';
import {
  allowDns,
  allowEgress,
  allowSameNamespace,
  defaultDeny,
  networkPolicy,
  type EgressException,
  type NamedNetworkPolicy,
} from './network-policies';
import { limitRange, priorityQuota, resourceQuota } from './quota';
import { defaultServiceAccount, partServiceAccount } from './service-accounts';
import { SIZES, type SizeName } from './sizes';
import { TestbedComponent } from './testbed-component';
import type { Belonging } from './metadata';

export interface BoundaryArgs extends NamespaceFacts {
  readonly size: SizeName;
  readonly egress: readonly EgressException[];
  /** What the parts of the testbed need to stand before their workloads. */
  readonly networkPolicies: readonly NamedNetworkPolicy[];
  /** One service account a part, named as its component. */
  readonly accounts: readonly Belonging[];
}

/**
 * The namespace and everything that bounds it, in the order namespace, quota and limits, network policies, service accounts. Each stage
 * waits for the whole stage before; what depends on `guards` comes after all of them.
 */
export class Boundary extends TestbedComponent {
  readonly namespace: k8s.core.v1.Namespace;
  readonly guards: readonly pulumi.Resource[];

  constructor(name: string, args: BoundaryArgs, options: pulumi.ComponentResourceOptions) {
    super('Boundary', name, options);
    const { id } = args;
    const size = SIZES[args.size];
    const namespace = new k8s.core.v1.Namespace(this.child('namespace'), testbedNamespace(args), this.after([]));
    const bounded = this.inside(namespace, [namespace]);
    const limits = [
      new k8s.core.v1.ResourceQuota(this.child('quota'), resourceQuota(id, size), bounded),
      new k8s.core.v1.ResourceQuota(this.child('priority-quota'), priorityQuota(id), bounded),
      new k8s.core.v1.LimitRange(this.child('limits'), limitRange(id, size), bounded),
    ];
    const closed = this.inside(namespace, [namespace, ...limits]);
    const policies: [string, k8s.types.input.networking.v1.NetworkPolicy][] = [
      ['default-deny', defaultDeny(id)],
      ['allow-dns', allowDns(id)],
      ['allow-same-namespace', allowSameNamespace(id)],
      ...args.networkPolicies.map((policy): [string, k8s.types.input.networking.v1.NetworkPolicy] => [
        `allow-${policy.name}`,
        networkPolicy(policy),
      ]),
      ...args.egress.map((exception): [string, k8s.types.input.networking.v1.NetworkPolicy] => [
        `egress-${exception.name}`,
        allowEgress(id, exception),
      ]),
    ];
    const networks = policies.map(
      ([role, policy]) => new k8s.networking.v1.NetworkPolicy(this.child(role), policy, closed),
    );
    const guarded = this.inside(namespace, [namespace, ...limits, ...networks]);
    const accounts = [
      new k8s.core.v1.ServiceAccount(this.child('default-account'), defaultServiceAccount(id), guarded),
      ...args.accounts.map(
        (part) =>
          new k8s.core.v1.ServiceAccount(this.child(`${part.component}-account`), partServiceAccount(part), guarded),
      ),
    ];
    this.namespace = namespace;
    this.guards = [namespace, ...limits, ...networks, ...accounts];
    this.publish({ namespace: namespace.metadata.name });
  }
}
