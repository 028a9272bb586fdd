import { z } from 'zod';
import type { ClusterLayout } from '../layout';
import { readSmallFile, writePrivateFile } from '../private-files';

export const COMPONENT_NAMES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'simulated-storage',
  'local-storage',
  'node-sandbox',
  'containerd',
  'kubelet',
  'kube-proxy',
  'calico-felix',
] as const;

const statusSchema = z.object({
  /** starting: not yet ready for the first time; bootstrapped when roles, classes and nodes are in place. */
  phase: z.enum(['starting', 'running', 'stopping']),
  step: z.enum(['api', 'bootstrap', 'controllers', 'nodes', 'ready']),
  /** RFC 3339; written every other second while the supervisor is well. */
  heartbeat: z.iso.datetime(),
  version: z.string().optional(),
  /** Why the start does not go on, when it does not. */
  problem: z.string().optional(),
  /** What is wrong beside a cluster that works. */
  warning: z.string().optional(),
  components: z.array(
    z.object({
      name: z.enum(COMPONENT_NAMES),
      state: z.enum(['running', 'starting', 'backing-off', 'stopped']),
      pid: z.int().optional(),
      restarts: z.int(),
      lastExit: z.string().optional(),
    }),
  ),
});

/** status.json: what the supervisor says. Information only: what is ours is proved by the processes themselves. */
export type SupervisorStatus = z.infer<typeof statusSchema>;

/** undefined when it is missing or can't be read: a status is never worth an error. */
export function readSupervisorStatus(layout: ClusterLayout): SupervisorStatus | undefined {
  const content = readSmallFile(layout.status);
  if (content === undefined) return undefined;
  try {
    const parsed = statusSchema.safeParse(JSON.parse(content));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function writeSupervisorStatus(layout: ClusterLayout, status: SupervisorStatus): void {
  writePrivateFile(layout.status, JSON.stringify(status), 'volatile');
}
