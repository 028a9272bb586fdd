import { LABELS, type COMPONENTS } from './vocabulary';

export type ComponentLabel = (typeof COMPONENTS)[keyof typeof COMPONENTS];

/** Which testbed an object belongs to, and which part of it. */
export interface Belonging {
  readonly testbed: string;
  readonly component: ComponentLabel;
}

/** The labels of every object of ours. The guard rails protect what bears them, the inventory finds it by them. */
export function labelsOf(belonging: Belonging): Record<string, string> {
  return {
    [LABELS.managed]: 'true',
    [LABELS.testbed]: belonging.testbed,
    [LABELS.component]: belonging.component,
  };
}

export interface Metadata {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
}

/** Metadata of an object in the testbed's own namespace, which has the testbed's id as its name. */
export function metadataOf(belonging: Belonging, name: string, annotations?: Record<string, string>): Metadata {
  return {
    name,
    namespace: belonging.testbed,
    labels: labelsOf(belonging),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
