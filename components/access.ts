import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { accessBinding, memberAccountName, memberServiceAccount, rolesOf } from './access-objects';
import { TestbedComponent } from './testbed-component';
import type { Grade } from './vocabulary';

export interface AccessArgs {
  readonly testbed: string;
  readonly grade: Grade;
  readonly members: readonly string[];
  readonly namespace: k8s.core.v1.Namespace;
  /** Everything that must stand before somebody may come in: guard rails and workloads. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * Lets the members in: an identity each, and one binding a role. The last objects of a testbed, and because a stack is ended in
 * reverse the first that go.
 */
export class Access extends TestbedComponent {
  readonly accounts: readonly k8s.core.v1.ServiceAccount[];
  readonly bindings: readonly k8s.rbac.v1.RoleBinding[];

  constructor(name: string, args: AccessArgs, options: pulumi.ComponentResourceOptions) {
    super('Access', name, options);
    this.accounts = args.members.map(
      (member) =>
        new k8s.core.v1.ServiceAccount(
          this.child(memberAccountName(args.testbed, member).slice(args.testbed.length + 1)),
          memberServiceAccount(args.testbed, member),
          this.after(args.dependsOn),
        ),
    );
    this.bindings = rolesOf(args.grade).map(
      (role) =>
        new k8s.rbac.v1.RoleBinding(
          this.child(role),
          accessBinding(args.testbed, role, args.members),
          this.inside(args.namespace, [...args.dependsOn, ...this.accounts]),
        ),
    );
    this.publish({ roles: rolesOf(args.grade).join(',') });
  }
}
