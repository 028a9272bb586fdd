import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { anchorOf, namesOf, type Anchor } from '../policies/admission/anchor';
import { admissionObjects, type AdmissionObjects } from '../policies/admission/policies';
import { loadCatalogue } from '../policies/catalogue/load';

export interface RulesArgs {
  /** Minor of the cluster, such as `1.34`. */
  readonly minor: string;
  /** Absolute path of a site's own rules. */
  readonly siteRules?: string;
  /** The cluster's own node brings images that come from no registry. */
  readonly nodeImages: boolean;
}

export interface InstalledRules {
  readonly resources: readonly pulumi.Resource[];
  /** Rules that the API server judges by. */
  readonly rules: readonly string[];
  /** Rules that it can't, being too old. */
  readonly leftOut: readonly string[];
  readonly canary: string;
  /** Names of all objects that these rules consist of; what else is called like rules is old. */
  readonly objects: readonly string[];
}

/**
 * The rules in the API server: parameters, policies, their bindings, and last the anchor, which tells when all are in force. Names change with
 * content, so a new catalogue is made in full beside the old one. The engine ends nothing of the old: it can't know when the API server has
 * taken the new up. `sweepRules` does it, once the anchor says so.
 */
export function installRules(
  args: RulesArgs,
  after: (...dependsOn: pulumi.Resource[]) => pulumi.CustomResourceOptions,
  guards: readonly pulumi.Resource[],
): InstalledRules {
  const catalogue = loadCatalogue({ siteFolder: args.siteRules, nodeImages: args.nodeImages });
  const objects = admissionObjects(catalogue, { minor: args.minor });
  const anchor = anchorOf(objects);
  const resources = register(objects, anchor, after, guards);
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
    objects: namesOf(objects, anchor),
  };
}

function register(
  { parameters, policies }: AdmissionObjects,
  anchor: Anchor,
  after: (...dependsOn: pulumi.Resource[]) => pulumi.CustomResourceOptions,
  guards: readonly pulumi.Resource[],
): readonly pulumi.Resource[] {
  const kept = (...dependsOn: pulumi.Resource[]) => ({ ...after(...dependsOn), retainOnDelete: true });
  const params = [parameters.open, parameters.sensitive, anchor.parameter].map(
    (parameter) => new k8s.core.v1.ConfigMap(parameter.metadata.name, parameter, kept(...guards)),
  );
  const bound = policies.flatMap(({ policy, bindings }) => {
    const { name } = policy.metadata;
    const judged = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(name, policy, kept(...params));
    return [
      judged,
      ...bindings.map(
        (binding) =>
          new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            binding.metadata.name,
            binding,
            kept(judged),
          ),
      ),
    ];
  });
  return [...params, ...bound];
}
