import * as pulumi from '@pulumi/pulumi';
import type * as k8s from '@pulumi/kubernetes';

/**
 * What every component of a testbed shares: its type token `testbed:components:<Kind>`, children that bear its name, and the order
 * that its children wait for. A subclass assigns its public fields and calls `publish` last.
 */
export abstract class TestbedComponent extends pulumi.ComponentResource {
  private readonly logicalName: string;

  protected constructor(kind: string, name: string, options: pulumi.ComponentResourceOptions = {}) {
    super(
      `testbed:components:${kind}`,
      name,
      {},
      pulumi.mergeOptions(options, { transformations: [requireNameBelow(name)] }),
    );
    this.logicalName = name;
  }

  /** Logical name of a child. Part of its URN: a change of `role` ends the child and makes another. */
  protected child(role: string): string {
    return `${this.logicalName}-${role}`;
  }

  /** Options of a cluster-scoped child, or of one in a namespace that outlives the testbed. */
  protected after(dependsOn: readonly pulumi.Resource[]): pulumi.CustomResourceOptions {
    return { parent: this, dependsOn: [...dependsOn] };
  }

  /** Options of a child in the testbed's namespace: it ends with the namespace, without a call of its own. */
  protected inside(
    namespace: k8s.core.v1.Namespace,
    dependsOn: readonly pulumi.Resource[],
  ): pulumi.CustomResourceOptions {
    return { ...this.after(dependsOn), deletedWith: namespace };
  }

  /** Publishes the component's outputs; the last call of each constructor. No secrets. */
  protected publish(outputs: Record<string, pulumi.Input<string>>): void {
    this.registerOutputs(outputs);
  }
}

/** Two components may make children of the same role: only the parent's name in front keeps their URNs apart. */
function requireNameBelow(name: string): pulumi.ResourceTransformation {
  return (resource) => {
    if (resource.name !== name && !resource.name.startsWith(`${name}-`))
      throw new Error(`the child "${resource.name}" of "${name}" must be named "${name}-<role>"`);
    return undefined;
  };
}
