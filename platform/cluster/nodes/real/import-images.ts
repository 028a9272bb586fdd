import { closeSync, openSync } from 'node:fs';
import type { ClusterLayout } from '../../layout';
import { runInNode } from './run-in-node';

const IMPORT_LIMIT_MS = 300_000;
const LIST_LIMIT_MS = 30_000;
const IMAGES = ['ctr', '--namespace', 'k8s.io', 'images'] as const;

/** `runInNode` of one node. */
export type RunInNode = (
  argv: readonly string[],
  options: { readonly signal: AbortSignal; readonly input?: string | number },
) => Promise<{ readonly stdout: string }>;

/** An image that the node must have, and the archive that has it. */
export interface NodeImage {
  /** `<name>@sha256:<manifest digest>`, or a name with a tag. */
  readonly reference: string;
  readonly archive: string;
}

/** Imports what the node does not have yet; what it has by digest is not read again. Returns the references that were imported. */
export async function importImages(
  run: RunInNode,
  images: readonly NodeImage[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const imported: string[] = [];
  let known = await references(run, signal);
  for (const { reference, archive } of images) {
    if (known.has(reference) && reference.includes('@')) continue;
    const file = openSync(archive, 'r');
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(IMPORT_LIMIT_MS)]);
      await run([...IMAGES, 'import', '--digests', '--base-name', nameOf(reference), '-'], {
        input: file,
        signal: limit,
      });
    } finally {
      closeSync(file);
    }
    known = await references(run, signal);
    if (!known.has(reference)) throw new Error(`${archive} does not hold ${reference}`);
    imported.push(reference);
  }
  return imported;
}

/** Imports one archive into the running node. */
export async function importImage(layout: ClusterLayout, image: NodeImage, signal: AbortSignal): Promise<void> {
  await importImages((argv, options) => runInNode(layout, argv, options), [image], signal);
}

/** Without digest and tag. */
function nameOf(reference: string): string {
  const name = reference.split('@')[0] ?? reference;
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

async function references(run: RunInNode, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIST_LIMIT_MS)]);
  const { stdout } = await run([...IMAGES, 'list', '--quiet'], { signal: limit });
  return new Set(stdout.split('\n').filter(Boolean));
}
