import type { Text } from '../errors';
import type { ClusterConnection, JsonValue } from '../kubernetes/types';
import type { Claim } from './claims/held-claim';
import type { DocumentStore } from './store/types';
import type { VendorPlugin } from './vendor-plugin';

/** What the engine is asked to do with one stack. */
export type OperationKind = 'preview' | 'up' | 'drift' | 'repair' | 'down';

/** A program, by the path of its built module; it exports `program(args)`, which builds resources and returns the stack's outputs. */
export interface ProgramReference {
  readonly module: string;
  /** Structured-clone-able and free of secrets. */
  readonly args: JsonValue;
}

export interface StackReference {
  /** `tb-x7k2p9` or `shared`: [a-z0-9-] only. */
  readonly name: string;
  /** Where its state is published; the engine works on a copy. */
  readonly store: DocumentStore;
  /** Data key of the stack, base64; encrypts its secrets. Reaches the CLI by environment, never by argv or file. */
  readonly dataKey: string;
}

export interface OperationRequest {
  readonly kind: OperationKind;
  readonly stack: StackReference;
  /**
   * The right to change the stack, for `up` and `down`, which the caller took and gives back. Default: the engine takes one for the operation. `preview` and `drift`
   * change nothing and need none: they may run beside each other and beside an `up`, on the state as it was published last.
   */
  readonly claim?: Claim;
  /** For an identity whose token nobody can end: the claim is read again before each writing. Default false. */
  readonly asksBeforeWriting?: boolean;
  /** Not needed for `down`, `drift` and `repair`: these work from state alone. */
  readonly program?: ProgramReference;
  /** May still be on its way: the CLI starts meanwhile, and registers nothing before it is there. When it fails, so does the operation. */
  readonly connection: ClusterConnection | Promise<ClusterConnection>;
  /**
   * `ready` (default) waits for every object until it does what it is there for; `applied` only for those that others stand on (namespaces,
   * definitions of kinds), for callers that wait for the workloads themselves.
   */
  readonly waitFor?: 'ready' | 'applied';
  /** Where objects of a namespace that does not exist yet are dry-run; undefined: echo their inputs. */
  readonly previewNamespace?: string;
  /** The pinned `pulumi`. */
  readonly pulumi: string;
  /**
   * Done when the stack is this operation's alone and before the engine touches anything; not where there is nothing to end. When it fails, so does the
   * operation. Ends with `signal`.
   */
  readonly beforehand?: () => Promise<void>;
  /** Of `repair`: what is taken back, as `drift` found it; `gone` is made anew. Everything else stays as it is. */
  readonly repair?: readonly RepairItem[];
  /** The vendor's provider in place of the embedded one; then nothing of ours stands between it and the cluster. */
  readonly vendorPlugin?: VendorPlugin;
  /** Uid of the cluster that `connection` must lead to (of its namespace kube-system). */
  readonly clusterUid?: string;
  /** How long an object may take to become ready, in seconds. Default 300. */
  readonly readinessTimeoutSeconds?: number;
  /** Aborting cancels once (SIGINT to the CLI) and waits for its end, at most 30 s; the call throws Interrupted. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EngineEvent) => void;
}

/** What a program would register: a resource or provider, no component, with its inputs as they go over the wire. */
export interface PlannedResource {
  readonly urn: string;
  /** Token, such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly name: string;
  /** `urn::id` of the provider it names; empty for the default one, which takes its configuration from whoever runs it. */
  readonly provider: string;
  /** JSON with the engine's marks for secrets and for values that are not known yet. Never printed or logged as it is. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface RehearsalRequest {
  readonly program: ProgramReference;
  /** Name of the stack it would run for. */
  readonly stack: string;
}

export type ResourceOperation = 'same' | 'create' | 'update' | 'replace' | 'delete' | 'read' | 'refresh';

/** What people see while an operation goes on; parsed from the CLI's event stream. */
export type EngineEvent =
  | {
      readonly type: 'resource';
      readonly state: 'start' | 'done' | 'failed';
      readonly operation: ResourceOperation;
      readonly urn: string;
      readonly resourceType: string;
      readonly name: string;
      readonly elapsedMs?: number;
    }
  /** A line of status from the provider, such as what a workload still waits for. */
  | { readonly type: 'status'; readonly urn: string; readonly message: Text }
  | {
      readonly type: 'diagnostic';
      readonly severity: 'warning' | 'error';
      /** Words of the cluster's API server; default: the engine's. */
      readonly source?: 'server';
      readonly urn?: string;
      readonly message: string;
    };

export interface ResourceChange {
  readonly urn: string;
  readonly resourceType: string;
  readonly name: string;
  readonly operation: ResourceOperation;
  /** Property paths that differ, for update and replace. */
  readonly paths: readonly string[];
}

/** An object of a stack that is to be taken back. */
export interface RepairItem {
  readonly urn: string;
  readonly gone: boolean;
}

/** What became of one object that was to be taken back. */
export interface Repaired {
  readonly urn: string;
  /**
   * `restored`: fields were taken back. `created`: it was made anew. `settled`: it was as provisioned again already. `refused`: it bears no mark of
   * ours, or another one; it was left as it is. `failed`: see the reason.
   */
  readonly outcome: 'restored' | 'created' | 'settled' | 'refused' | 'failed';
  /** Who had the fields, by the server's own book; empty where it tells nobody. */
  readonly managers: readonly string[];
  /** Fields that still differ. */
  readonly left: readonly string[];
  readonly reason?: Text;
}

export interface OperationResult {
  readonly kind: OperationKind;
  /** All but `same`. Objects only: the stack itself, components and providers are not listed or counted. */
  readonly changes: readonly ResourceChange[];
  readonly counts: Readonly<Partial<Record<ResourceOperation, number>>>;
  /** Stack outputs with secrets replaced by `[secret]`. */
  readonly outputs: Readonly<Record<string, JsonValue>>;
  /** Each once, as they were told by `onEvent`; at most 100. */
  readonly warnings: readonly string[];
  /** Of `repair`. */
  readonly repaired?: readonly Repaired[];
  readonly elapsedMs: number;
}

/** Runs operations; holds warm runners (threads) between them. Throws EngineFailed, NotReady, StateUnreadable, OperationRunning, ClaimLost, OwnershipConflict. */
export interface Engine {
  run(request: OperationRequest): Promise<OperationResult>;
  /** What the program would register, found without CLI and cluster: for whoever judges it before anything exists. */
  rehearse(request: RehearsalRequest): Promise<readonly PlannedResource[]>;
  /** Starts and warms runners ahead of the first request. */
  warm(count?: number): Promise<void>;
  close(): Promise<void>;
}
