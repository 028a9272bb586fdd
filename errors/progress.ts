import type { Text } from './text';

/**
 * What long work reports while it goes on. A step is opened once by `start` and closed once by `done`, `failed` or `skipped`;
 * `update` may come in between. `index` of `total` (from 1) where the number of steps is known before.
 */
export interface StepEvent {
  /** Names the step in its work, stable while it goes on: `tool:etcd`, `object:ns`. */
  readonly id: string;
  readonly state: 'start' | 'update' | 'done' | 'failed' | 'skipped';
  readonly title: Text;
  readonly detail?: Text;
  /** Other steps run within this one: it is a heading to them. */
  readonly encloses?: true;
  readonly index?: number;
  readonly total?: number;
  /** Since the step's start, in milliseconds; on every state but `start`. */
  readonly elapsedMs?: number;
}

export type OnProgress = (event: StepEvent) => void;
