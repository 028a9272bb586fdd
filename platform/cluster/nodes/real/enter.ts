import { readFileSync } from 'node:fs';
import { READY_FILE } from './sandbox-script';

/** The arguments of `nsenter` that lead into the namespaces of a process, before the program to run there. */
export function enterArguments(holder: number): readonly string[] {
  return [
    ...['mnt', 'net', 'uts', 'ipc'].map((kind) => `--${kind === 'mnt' ? 'mount' : kind}=/proc/${holder}/ns/${kind}`),
    '--',
  ];
}

/** A file as the node sees it, from the host. */
export function insideOf(holder: number, path: string): string {
  return `/proc/${holder}/root${path}`;
}

/** Whether the holder has made its namespaces a node. */
export function isSandboxReady(holder: number): boolean {
  try {
    return readFileSync(insideOf(holder, READY_FILE), 'utf8').trim() === `${holder}`;
  } catch {
    // Not yet, or not any more.
    return false;
  }
}
