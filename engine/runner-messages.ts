import type { ClusterConnection } from '../kubernetes/types';
import type { MessagePort } from 'node:worker_threads';
import type { Report } from './events';
import type { EngineEvent, OperationKind, PlannedResource, ProgramReference, RepairItem } from './types';

/** What a runner needs to host one operation. Travels between threads of one process only. */
export interface HostRequest {
  readonly type: 'host';
  readonly kind: OperationKind;
  readonly stack: string;
  readonly program?: ProgramReference;
  /** Secret of the stack for what a program generates: the same after a lost state. Derived from the data key. */
  readonly seed?: string;
  readonly previewNamespace?: string;
  readonly waitFor: 'ready' | 'applied';
  readonly readinessTimeoutSeconds: number;
  readonly clusterUid?: string;
  /** Asked before each writing, where the identity has no end of its own: see write-permits.ts. */
  readonly permits?: MessagePort;
  readonly repair?: readonly RepairItem[];
  /** A module that exports `providerService` instead of the embedded provider. */
  readonly provider?: string;
  /** The CLI starts a provider of its own: none is served here. */
  readonly vendor?: boolean;
}

export type ToRunner =
  /** Import what a program needs, ahead of the first. */
  | { readonly type: 'warm'; readonly provider?: string }
  | HostRequest
  /** The operation may begin, on this cluster. */
  | { readonly type: 'open'; readonly connection: ClusterConnection }
  /** Only find out what a program would register. */
  | { readonly type: 'rehearse'; readonly program: ProgramReference; readonly stack: string }
  /** The operation is to stop: the provider gives up what it waits for. */
  | { readonly type: 'cancel' }
  /** The CLI has ended: report, and close what was opened for it. */
  | { readonly type: 'finish' }
  /** No more operations: close everything and end the thread. */
  | { readonly type: 'end' };

export interface Ports {
  readonly program?: number;
  readonly provider?: number;
  readonly events: number;
}

export interface Finished {
  readonly type: 'finished';
  readonly report: Report;
  readonly heapBytes: number;
  /** Connections let in and turned away, of all ports of the operation. */
  readonly admitted: Readonly<Record<keyof Ports, number>>;
  readonly refused: number;
}

export type FromRunner =
  | { readonly type: 'warmed' }
  | { readonly type: 'ports'; readonly ports: Ports; readonly guarded: boolean }
  | { readonly type: 'event'; readonly event: EngineEvent }
  /** The operation cannot be hosted: the program's module, the provider or the SDK failed to load. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'rehearsed'; readonly resources: readonly PlannedResource[] }
  /** The program threw, or asked for what a rehearsal has not. */
  | { readonly type: 'not-rehearsed'; readonly message: string }
  | Finished;
