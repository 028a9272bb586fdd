import { z } from 'zod';
import { TestbedError, text } from '../../errors';
import { debianArchitecture } from './architecture';
import { bounded, takeIn } from './archive-intake';
import { BLOB_BYTES, Blobs, type BlobSize } from './blobs';
import { packageOf, parseControl } from './control-data';
import { repositoryOf, type DebianPackage, type ToolInImage } from './image';
import { damaged } from './image-errors';
import { LABELS, MEDIA, configSchema, indexSchema, manifestSchema, type Descriptor } from './oci';
import { readLayer } from './read-layer';
import type { ImageRecord } from './records';

const STATUS_BYTES = 16 * 1024 * 1024;

/** `localhost/testbed/postgres:15`, or `postgres:15` */
const NAME = /^(?:localhost\/testbed\/)?([a-z][a-z0-9-]{0,39}):([a-z0-9][a-z0-9.-]{0,39})$/;

export interface ImportOptions {
  readonly file: string;
  /** What it is to be called, `postgres:15`; default: as the archive says, when that is a name of ours. */
  readonly as?: string | undefined;
  readonly blobs: Blobs;
  /** Empty, on the store's file system, and gone afterwards. */
  readonly workFolder: string;
  readonly now: () => Date;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads an OCI archive, gzipped or not, that nobody vouches for: each part is compared with its digest, layers are read to their end, and no path of the
 * archive is ever used as a path. Returns the record, which is not published yet. Throws ImageDamaged, UsageWrong for a name that is not ours.
 */
export async function readArchive(options: ImportOptions): Promise<ImageRecord> {
  const { blobs, file } = options;
  const staged = new Blobs(options.workFolder);
  const index = await takeIn(file, staged, options.workFolder, options.signal);
  const parsed = parseDocument(indexSchema, index, 'index.json');
  const { descriptor, name, version } = chosen(parsed.manifests, options.as, file);
  if (!staged.has(descriptor)) throw lacks(descriptor.digest);
  const manifest = parseDocument(manifestSchema, staged.document(descriptor.digest), 'the manifest');
  for (const part of [manifest.config, ...manifest.layers]) if (!staged.has(part)) throw lacks(part.digest);
  const config = parseDocument(configSchema, staged.document(manifest.config.digest), 'the config');
  if (config.architecture !== debianArchitecture())
    throw damaged(
      text(
        `the image is for the processor ${config.architecture}, this machine has ${debianArchitecture()}`,
        `이미지는 ${config.architecture}용이지만 이 컴퓨터는 ${debianArchitecture()}입니다`,
      ),
    );
  if (config.rootfs.diff_ids.length !== manifest.layers.length)
    throw damaged(
      text('config and manifest name another number of layers', '설정과 매니페스트의 레이어 수가 다릅니다'),
    );

  const databases = new Map<string, string>();
  for (const [position, layer] of manifest.layers.entries())
    await readLayer(
      layer,
      config.rootfs.diff_ids[position] ?? '',
      staged,
      async ({ path, header, content }) => {
        if (header.type !== 'file' || !/^var\/lib\/dpkg\/(?:status|status\.d\/[^/]+)$/.test(path)) return;
        databases.set(path, (await bounded(content, STATUS_BYTES)).toString('utf8'));
      },
      options.signal,
    );
  const packages = packagesOf(databases);

  const parts: BlobSize[] = [
    ...new Map([...manifest.layers, manifest.config, descriptor].map((each) => [each.digest, each])).values(),
  ];
  for (const part of parts) await blobs.add(staged.read(part), options.workFolder, BLOB_BYTES, part.digest);
  return {
    image: {
      name,
      version,
      reference: `${repositoryOf(name)}:${version}`,
      digest: descriptor.digest,
      size: parts.reduce((sum, { size }) => sum + size, 0),
      packages: packages.length,
      created: config.created ?? new Date(0).toISOString(),
      storedAt: options.now().toISOString(),
      origin: 'imported',
    },
    packages,
    tools: toolsOf(config.config.Labels?.[LABELS.tools]),
    suite: config.config.Labels?.[LABELS.suite],
    blobs: parts.map(({ digest }) => digest),
  };
}

/** The one manifest of the archive that is meant, and its name of ours. */
function chosen(
  manifests: readonly Descriptor[],
  as: string | undefined,
  file: string,
): { readonly descriptor: Descriptor; readonly name: string; readonly version: string } {
  const images = manifests.filter(({ mediaType }) => mediaType === MEDIA.manifest);
  const [only] = images;
  const isOne = new Set(images.map(({ digest }) => digest)).size === 1;
  if (only === undefined || !isOne)
    throw new TestbedError(
      'UsageWrong',
      text(
        `${file} holds ${images.length} images: one is taken at a time`,
        `${file}에 이미지가 ${images.length}개 있습니다. 한 번에 하나만 가져올 수 있습니다`,
      ),
    );
  const names =
    as === undefined ? images.map(({ annotations }) => annotations?.['io.containerd.image.name'] ?? '') : [as];
  for (const each of names) {
    const [, name, version] = NAME.exec(each) ?? [];
    if (name !== undefined && version !== undefined) return { descriptor: only, name, version };
  }
  throw new TestbedError(
    'UsageWrong',
    as === undefined
      ? text(`${file} does not say which image of ours it is`, `${file}에 어떤 이미지인지 적혀 있지 않습니다`)
      : text(
          `an image can't be called '${as}': use a name and a version such as postgres:15`,
          `'${as}'은(는) 이미지 이름으로 쓸 수 없습니다. postgres:15처럼 이름과 버전을 적으십시오`,
        ),
    {
      hint: text(
        'say it: testbed images import FILE --as postgres:15',
        '이름을 지정하십시오: testbed images import FILE --as postgres:15',
      ),
    },
  );
}

function packagesOf(databases: ReadonlyMap<string, string>): DebianPackage[] {
  const packages = [...databases.values()].flatMap((content) => parseControl(content).map(packageOf));
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const toolsSchema = z.array(z.object({ name: z.string(), version: z.string(), sha256: z.string(), path: z.string() }));

/** What a label says that nobody vouches for: without sense it says nothing. */
function toolsOf(label: string | undefined): readonly ToolInImage[] {
  if (label === undefined) return [];
  try {
    return toolsSchema.safeParse(JSON.parse(label)).data ?? [];
  } catch {
    return [];
  }
}

function parseDocument<T extends z.ZodType>(schema: T, document: string, what: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch (error) {
    throw damaged(text(`${what} of the archive is no JSON`, `아카이브의 ${what}이(가) JSON이 아닙니다`), error);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw damaged(
    text(
      `${what} of the archive is not what testbed takes: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      `아카이브의 ${what}을(를) 쓸 수 없습니다: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    ),
    result.error,
  );
}

function lacks(digest: string): Error {
  return damaged(
    text(`the archive lacks ${digest}, or it has another size`, `아카이브에 ${digest}이(가) 없거나 크기가 다릅니다`),
  );
}
