import { LABELS } from '../components/vocabulary';
import { isTestbedError } from '../errors';
import { isFields } from '../kubernetes/json';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/types';
import type { StoredImage } from '../platform/images';
import { openSite } from './site';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import { openTarget, type TargetOptions } from './target';

/** A testbed with a pod that runs another digest than the store's present image of that name. */
export interface OutdatedUse {
  /** Name of the testbed, or its id where this site has no record. */
  readonly testbed: string;
  readonly pod: string;
  /** Name of the image: `postgres` */
  readonly image: string;
  /** What it runs. */
  readonly digest: string;
}

/** Asks the cluster which testbeds run images older than these. Undefined when no cluster answers. */
export async function outdatedUses(
  images: readonly StoredImage[],
  options: TargetOptions,
  surroundings: Surroundings,
): Promise<readonly OutdatedUse[] | undefined> {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  try {
    const target = await openTarget(site, options, surroundings);
    try {
      const names = new Map((await site.records.list()).map(({ id, name }) => [id, name]));
      return await outdatedOn(target.reader, images, names, surroundings.signal);
    } finally {
      await target.close();
    }
  } catch (error) {
    // Images are of use before there is a cluster; the result says that nobody was asked.
    if (isTestbedError(error, 'ClusterNotRunning') || isTestbedError(error, 'KubernetesUnreachable')) return undefined;
    throw error;
  }
}

/** As `outdatedUses`, on one cluster; `names` gives testbeds' names by id. */
export async function outdatedOn(
  client: KubernetesClient,
  images: readonly StoredImage[],
  names: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<OutdatedUse[]> {
  const present = new Map(images.map(({ name, digest }) => [name, digest]));
  const found: OutdatedUse[] = [];
  for await (const pod of client.list('v1', 'Pod', { labelSelector: LABELS.testbed, signal }))
    for (const { name, digest } of imagesIn(pod)) {
      if (!present.has(name) || present.get(name) === digest) continue;
      const id = pod.metadata.labels?.[LABELS.testbed] ?? '';
      found.push({ testbed: names.get(id) ?? id, pod: pod.metadata.name, image: name, digest });
    }
  return found.sort((a, b) => (`${a.testbed}/${a.pod}` < `${b.testbed}/${b.pod}` ? -1 : 1));
}

/** The images of ours that a pod runs, each once: by what runs where that is known, else by what its spec names. */
function imagesIn(pod: KubernetesObject): { name: string; digest: string }[] {
  const references = [
    ...strings(pod['status'], ['initContainerStatuses', 'containerStatuses'], 'imageID'),
    ...strings(pod['spec'], ['initContainers', 'containers'], 'image'),
  ];
  const found = new Map<string, string>();
  for (const reference of references) {
    const [, name, digest] =
      /(?:^|\/)testbed\/([a-z][a-z0-9-]*)(?::[^@]*)?@(sha256:[0-9a-f]{64})$/.exec(reference) ?? [];
    if (name !== undefined && digest !== undefined && !found.has(name)) found.set(name, digest);
  }
  return [...found].map(([name, digest]) => ({ name, digest }));
}

function strings(parent: unknown, lists: readonly string[], field: string): string[] {
  const fields = isFields(parent) ? parent : {};
  return lists.flatMap((list) => {
    const items = fields[list];
    return (Array.isArray(items) ? items : []).flatMap((item: unknown) => {
      const value = isFields(item) ? item[field] : undefined;
      return typeof value === 'string' ? [value] : [];
    });
  });
}
