import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { TestbedError, text } from '../../../errors';
import type { ClusterLayout } from '../layout';
import { readSmallFile, writePrivateFile } from '../private-files';

const port = z.int().min(1024).max(65535);

const portsSchema = z.strictObject({ apiServer: port, etcdClient: port, etcdPeer: port });

/** The remembered ports, all on loopback. */
export type ClusterPorts = z.infer<typeof portsSchema>;

const switchesSchema = z.strictObject({
  /** etcd without fsync. */
  unsafeNoFsync: z.boolean(),
  /** Size at which the API server closes an audit file. */
  auditMegabytes: z.int().min(1),
  /** How often closed audit files are looked for. */
  archiveEverySeconds: z.number().positive(),
});

/** The link between host and node: a /30 of which both ends are known. */
const networkSchema = z.strictObject({ hostAddress: z.ipv4(), nodeAddress: z.ipv4() });

const realNodeSchema = z.strictObject({
  root: z.string(),
  pause: z.string(),
  images: z.array(z.strictObject({ reference: z.string(), archive: z.string() })),
  network: networkSchema,
});

/** What a real node is made of, and its addresses. */
export type RealNodeRecord = z.infer<typeof realNodeSchema>;

const recordSchema = z.strictObject({
  version: z.literal(1),
  created: z.iso.datetime(),
  ports: portsSchema,
  nodes: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('simulated'), count: z.int().min(1).max(1000) }),
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('real') }),
  ]),
  tools: z.strictObject({
    etcd: z.string(),
    'kube-apiserver': z.string(),
    'kube-controller-manager': z.string(),
    'kube-scheduler': z.string(),
    kwok: z.string().optional(),
    kubelet: z.string().optional(),
    'kube-proxy': z.string().optional(),
    'calico-felix': z.string().optional(),
    'calico-cni': z.string().optional(),
  }),
  /** With nodes of kind `real`; kept when other nodes are chosen, so that the addresses stay. */
  realNode: realNodeSchema.optional(),
  switches: switchesSchema,
});

/** cluster.json: what the cluster is, remembered between runs. */
export type ClusterRecord = z.infer<typeof recordSchema>;
export type ClusterSwitches = z.infer<typeof switchesSchema>;

export const DEFAULT_SWITCHES: ClusterSwitches = { unsafeNoFsync: false, auditMegabytes: 64, archiveEverySeconds: 10 };

function damaged(path: string, why: string, cause?: unknown): TestbedError {
  return new TestbedError(
    'ClusterDamaged',
    text(`${path} can't be understood: ${why}`, `${path} 파일을 해석할 수 없습니다: ${why}`),
    {
      hint: text(
        'restore the file from a backup, or end the cluster with its data and start anew: testbed cluster down --data',
        '백업에서 파일을 복원하거나, 클러스터와 데이터를 모두 없애고 새로 시작하세요: testbed cluster down --data',
      ),
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** cluster.json, undefined when there is no cluster yet. Throws ClusterDamaged. */
export function readRecord(layout: ClusterLayout): ClusterRecord | undefined {
  const content = readSmallFile(layout.record);
  if (content === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw damaged(layout.record, 'it is not JSON', error);
  }
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damaged(layout.record, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}`, parsed.error);
}

export function writeRecord(layout: ClusterLayout, record: ClusterRecord): void {
  writePrivateFile(layout.record, `${JSON.stringify(record, undefined, 2)}\n`);
}

const TOKEN = /^[0-9a-f]{32}$/;

/** The random token that every process of this cluster carries in its environment; undefined before the first start. */
export function readInstance(layout: ClusterLayout): string | undefined {
  const content = readSmallFile(layout.instance)?.trim();
  if (content !== undefined && !TOKEN.test(content))
    throw damaged(layout.instance, 'it does not hold 32 hexadecimal digits');
  return content;
}

/** The instance token, made on first use. */
export function ensureInstance(layout: ClusterLayout): string {
  const present = readInstance(layout);
  if (present !== undefined) return present;
  const token = randomBytes(16).toString('hex');
  writePrivateFile(layout.instance, `${token}\n`);
  return token;
}
