import { readFileSync } from 'node:fs';

/** p50, p95 and range of a series, in the series' own unit. */
export interface Figures {
  readonly runs: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Nearest-rank percentiles: each figure is a run that happened. */
export function figures(values: readonly number[]): Figures {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { runs: sorted.length, min: at(0), p50: at(0.5), p95: at(0.95), max: at(1) };
}

/** CPU seconds so far and the largest resident size of one process. */
export interface ProcessUse {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const TICKS_A_SECOND = 100;

/** From /proc, so Linux only; undefined when the process is gone. */
export function processUse(pid: number | 'self'): ProcessUse | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
    // utime and stime are fields 14 and 15 of stat, 12 and 13 after the name.
    return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND, peakMiB: peak / 1024 };
  } catch {
    // The process ended: there is nothing to read.
    return undefined;
  }
}

/** CPU seconds of this process's ended children. */
export function childrenCpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_A_SECOND;
}
