import { ADMISSION } from './admission';
import { ANSWERS } from './answers';
import type { FaultClass } from './class';
import { ENDED } from './ended';
import { ETCD } from './etcd';
import { PROCESSES } from './processes';
import { RIGHTS } from './rights';
import { TESTED } from './tested';

/** All of them, by number. */
export const FAULT_CLASSES: readonly FaultClass[] = [
  ...ANSWERS,
  ...ADMISSION,
  ...ENDED,
  ...RIGHTS,
  ...ETCD,
  ...PROCESSES,
  ...TESTED,
].toSorted((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
