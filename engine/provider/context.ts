import type { Text } from '../../errors';
import type { KubernetesClient } from '../../kubernetes/types';

/** What one operation's provider stands on. */
export interface ProviderContext {
  /** Acts as the operation's identity; closed by who made it. */
  readonly client: KubernetesClient;
  /** The stack's name (`tb-x7k2p9`): the mark that our objects bear. */
  readonly stack: string;
  /** Where objects of a namespace that does not exist yet are dry-run; undefined: their inputs are echoed. */
  readonly previewNamespace?: string;
  /** `applied`: only what others stand on is waited for until it is ready. Default `ready`: every object. */
  readonly waitFor?: 'ready' | 'applied';
  /** How long an object may take to become ready or to be gone, in seconds, where neither program nor annotation says. */
  readonly readinessTimeoutSeconds: number;
  /** Identity of the cluster (uid of kube-system): another one makes the engine replace all resources. */
  readonly clusterUid?: string;
  /** Namespaces that this preview would create, shared by the instances of an operation. Default: this instance's alone. */
  readonly plannedNamespaces?: Set<string>;
  /** This instance is one more than so many, which is all that an operation serves: it only says so. */
  readonly mostInstances?: number;
  /** What an object still waits for; a line of words without secrets. */
  readonly onStatus: (urn: string, message: Text) => void;
  /** Ends the run's waits. Writes under way are finished, so that state tells the truth. */
  readonly signal: AbortSignal;
}

/** State of one instance: it serves one of a program's providers for one operation and is thrown away with it. */
export interface Run {
  readonly context: ProviderContext;
  /** Ends by the context's signal or by the engine's Cancel. */
  readonly signal: AbortSignal;
  readonly cancel: () => void;
  /** Namespaces that this preview would create. */
  readonly plannedNamespaces: Set<string>;
  /** Whether Configure has been answered: before that it is not known what objects mean that name no namespace. */
  isConfigured: boolean;
  /** Namespace of objects that name none, from the provider's configuration. */
  defaultNamespace: string;
}

export function startRun(context: ProviderContext): Run {
  const cancelled = new AbortController();
  return {
    context,
    signal: AbortSignal.any([context.signal, cancelled.signal]),
    cancel: () => cancelled.abort(),
    plannedNamespaces: context.plannedNamespaces ?? new Set(),
    isConfigured: false,
    defaultNamespace: 'default',
  };
}
