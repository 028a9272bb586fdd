import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { guardRails } from '../policies/guard-rails';
import { installRules } from './rules';
import { STANDING_NAMESPACES, standingDefaultDeny, standingNamespace, standingQuota } from './standing-namespaces';
import {
  databaseOperatorRole,
  developerOpenRole,
  developerRole,
  provisionerAccount,
  provisionerBinding,
  provisionerRole,
  tokenBinding,
  tokenRole,
} from './shared-roles';

/** Arguments of the stack `shared`; JSON. */
export interface SharedProgramArgs {
  /** Users whom the guard rails let through beside the platform's own, by exact name. Default none. */
  readonly admins?: readonly string[];
  /** Minor of the cluster. Default: that of the embedded one. */
  readonly minor?: string;
  /** Absolute path of a site's own rules. Default none. */
  readonly siteRules?: string;
  /** The cluster's own node brings images that come from no registry. Default false. */
  readonly nodeImages?: boolean;
}

export interface SharedOutputs {
  readonly namespaces: readonly string[];
  readonly guardRails: readonly string[];
  /** Rules that the API server judges by. */
  readonly rules: readonly string[];
  /** Rules that need a newer API server; plan and audit judge them all the same. */
  readonly rulesLeftOut: readonly string[];
  /** Name of the ConfigMap whose refusal tells that these rules are in force. */
  readonly canary: string;
  /** Names of all objects that the rules consist of. */
  readonly ruleObjects: readonly string[];
}

const DEFAULT_MINOR = '1.34';

/**
 * What all testbeds of a cluster share: where people's identities live, where previews are tried, the fixed roles, the guard rails, and last
 * the provisioner's rights. It is run by an administrator: the provisioner can neither make nor widen its own role.
 * The namespace `testbed-system` stands before, with the cluster.
 */
export async function program(args: SharedProgramArgs = {}): Promise<SharedOutputs> {
  const provider = new k8s.Provider('kubernetes', {});
  const after = (...dependsOn: pulumi.Resource[]): pulumi.CustomResourceOptions => ({ provider, dependsOn });

  const guards: pulumi.Resource[] = [];
  for (const standing of STANDING_NAMESPACES) {
    const namespace = new k8s.core.v1.Namespace(standing.name, standingNamespace(standing), after());
    const inside = { ...after(namespace), deletedWith: namespace };
    guards.push(
      namespace,
      new k8s.core.v1.ResourceQuota(`${standing.name}-quota`, standingQuota(standing), inside),
      new k8s.networking.v1.NetworkPolicy(`${standing.name}-default-deny`, standingDefaultDeny(standing), inside),
    );
  }
  const rails = guardRails(args.admins === undefined ? {} : { admins: args.admins });
  for (const rail of rails) {
    const { policy, binding } = rail;
    const { name } = policy.metadata;
    const judged = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(name, policy, after());
    guards.push(
      new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(`${name}-binding`, binding, after(judged)),
    );
  }
  const installed = installRules(
    {
      minor: args.minor ?? DEFAULT_MINOR,
      ...(args.siteRules === undefined ? {} : { siteRules: args.siteRules }),
      nodeImages: args.nodeImages === true,
    },
    after,
    guards,
  );
  guards.push(...installed.resources);
  const roles = [
    new k8s.rbac.v1.ClusterRole('developer', developerRole(), after(...guards)),
    new k8s.rbac.v1.ClusterRole('developer-open', developerOpenRole(), after(...guards)),
    new k8s.rbac.v1.ClusterRole('database-operator', databaseOperatorRole(), after(...guards)),
    new k8s.rbac.v1.ClusterRole('provisioner', provisionerRole(), after(...guards)),
    new k8s.rbac.v1.Role('provisioner-tokens', tokenRole(), after(...guards)),
    new k8s.core.v1.ServiceAccount('provisioner-account', provisionerAccount(), after(...guards)),
  ];
  new k8s.rbac.v1.RoleBinding('provisioner-tokens-binding', tokenBinding(), after(...roles));
  new k8s.rbac.v1.ClusterRoleBinding('provisioner-binding', provisionerBinding(), after(...roles));
  return {
    namespaces: STANDING_NAMESPACES.map(({ name }) => name),
    guardRails: rails.map(({ policy }) => policy.metadata.name),
    rules: installed.rules,
    rulesLeftOut: installed.leftOut,
    canary: installed.canary,
    ruleObjects: installed.objects,
  };
}
