import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FIELD_MANAGER } from '../../components/vocabulary';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { packageRoot } from '../../package/root';

/** What an older version of this package left: a site's files and a testbed's objects, as they were on a real cluster. */
export interface OlderTestbed {
  readonly id: string;
  readonly name: string;
  /** Commit of this repository that made it, and the version that it gave itself. */
  readonly commit: string;
  readonly package: string;
  /** Base64, by path below the site's folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly objects: readonly KubernetesObject[];
}

export function olderTestbed(name: string): OlderTestbed {
  const file = join(packageRoot(), 'test', 'fixtures', 'older-versions', `${name}.json.gz`);
  // Written by our own older version, so it is trusted as it is.
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as OlderTestbed;
}

/**
 * Makes the objects on a cluster and lays the files out in a site's folder, as if that version had just made them there: the uids of the objects and of
 * the cluster are those of now. Does not prove that the older version would have worked on this cluster.
 */
export async function installOlder(
  { files, objects }: OlderTestbed,
  { client, home }: { readonly client: KubernetesClient; readonly home: string },
): Promise<void> {
  const uids = new Map<string, string>();
  // Guard rails first, as it was made: the replay of the run's audit log judges this testbed like all others.
  const first = ['Namespace', 'ResourceQuota', 'LimitRange', 'NetworkPolicy', 'ServiceAccount', 'Secret', 'ConfigMap'];
  const rank = ({ kind }: KubernetesObject): number => first.indexOf(kind);
  const ordered = objects.toSorted((a, b) => order(rank(a)) - order(rank(b)));
  for (const { metadata, ...object } of ordered) {
    const { uid, ...rest } = metadata;
    const made = await client.apply({ ...object, metadata: rest } as KubernetesObject, {
      fieldManager: FIELD_MANAGER,
      force: true,
    });
    if (uid !== undefined && made.metadata.uid !== undefined) uids.set(uid, made.metadata.uid);
  }
  const system = await client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' });
  const cluster = {
    kind: 'existing',
    context: 'testbed-admin',
    server: client.connection.server,
    uid: system?.metadata.uid,
  };
  for (const [path, content] of Object.entries(files)) {
    let words = Buffer.from(content, 'base64').toString('utf8');
    if (path.startsWith('state/')) for (const [from, to] of uids) words = words.replaceAll(from, to);
    if (path.startsWith('records/')) words = JSON.stringify({ ...JSON.parse(words), cluster });
    const file = join(home, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, words, { mode: 0o600 });
  }
}

function order(rank: number): number {
  return rank === -1 ? 99 : rank;
}
