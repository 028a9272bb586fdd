import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { anchorOf } from '../policies/admission/anchor';
import { admissionObjects, type AdmissionObjects } from '../policies/admission/policies';
import { loadCatalogue } from '../policies/catalogue/load';

export interface RulesArgs {
  /** Minor of the cluster, such as `1.34`. */
  readonly minor: string;
  /** Absolute path of a site's own rules. */
  readonly siteRules?: string;
}

export interface InstalledRules {
  readonly resources: readonly pulumi.Resource[];
  /** Rules that the API server judges by. */
  readonly rules: readonly string[];
  /** Rules that it can't, being too old. */
  readonly leftOut: readonly string[];
  readonly canary: string;
  /** Names of the ConfigMaps with the parameters in force. */
  readonly parameters: readonly string[];
}

/**
 * The rules in the API server: parameters, policies, their bindings, and last the anchor, which tells when all are in force. Names change with
 * content, so a new catalogue is made in full before the engine ends the old one, at the end of its run; its parameters are left to be ended
 * by `sweepParameters`, once the new ones are in force.
 */
export function installRules(
  args: RulesArgs,
  after: (...dependsOn: pulumi.Resource[]) => pulumi.CustomResourceOptions,
  guards: readonly pulumi.Resource[],
): InstalledRules {
  const catalogue = loadCatalogue(args.siteRules === undefined ? {} : { siteFolder: args.siteRules });
  const objects = admissionObjects(catalogue, { minor: args.minor });
  const resources = register(objects, after, guards);
  const anchor = anchorOf(objects);
  const kept = { ...after(...resources), retainOnDelete: true };
  const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy('rules-anchor', anchor.policy, kept);
  const binding = new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
    'rules-anchor-binding',
    anchor.binding,
    { ...kept, dependsOn: [...resources, policy] },
  );
  const leftOut = objects.leftOut.map(({ rule }) => rule.id);
  return {
    resources: [...resources, policy, binding],
    rules: catalogue.rules
      .filter(({ id, points }) => points.includes('admission') && !leftOut.includes(id))
      .map(({ id }) => id),
    leftOut,
    canary: anchor.canary,
    parameters: Object.values(objects.parameters).map(({ metadata }) => metadata.name),
  };
}

function register(
  { parameters, policies }: AdmissionObjects,
  after: (...dependsOn: pulumi.Resource[]) => pulumi.CustomResourceOptions,
  guards: readonly pulumi.Resource[],
): readonly pulumi.Resource[] {
  // The old ones outlive the run: the API server asks for them until it has taken up the new bindings, and refuses everything without them.
  const params = [parameters.open, parameters.sensitive].map(
    (parameter) =>
      new k8s.core.v1.ConfigMap(parameter.metadata.name, parameter, { ...after(...guards), retainOnDelete: true }),
  );
  const bound = policies.flatMap(({ policy, bindings }) => {
    const { name } = policy.metadata;
    const judged = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(name, policy, after(...params));
    return [
      judged,
      ...bindings.map(
        (binding) =>
          new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            binding.metadata.name,
            binding,
            after(judged),
          ),
      ),
    ];
  });
  return [...params, ...bound];
}
