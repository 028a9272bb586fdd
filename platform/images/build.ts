import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { text, type Text } from '../../errors';
import type { Apt, ChosenPackage } from './apt';
import { BLOB_BYTES, type BlobSize, type Blobs } from './blobs';
import { dpkgStatus } from './control-data';
import { FileTree, type TreeNode } from './file-tree';
import type { ToolInImage } from './image';
import { layerStream } from './layer';
import { imageDocuments } from './oci';
import { Spool, addPackage } from './package-files';
import { repositoryOf } from './image';
import type { ImageRecord } from './records';
import { recipeDigest, type Recipe } from './recipe';

/** Of an image without packages: a time is needed, and it must be the same everywhere. */
const NO_PACKAGES_SECONDS = Date.UTC(2025, 0, 1) / 1_000;

/** What nobody reads in an image; licences stay. */
const LEFT_OUT = [
  '/usr/share/doc/**',
  '/usr/share/man/**',
  '/usr/share/info/**',
  '/usr/share/locale/**',
  '/usr/share/lintian/**',
  '/usr/share/linda/**',
  '/usr/share/bug/**',
  '/usr/share/menu/**',
  '/usr/share/bash-completion/**',
  '/usr/share/doc-base/**',
  '/usr/share/pixmaps/**',
  '/usr/share/gcc/**',
  '/usr/share/gdb/**',
  '/usr/share/zoneinfo/posix/**',
  '/usr/share/zoneinfo/right/**',
];
const KEPT = ['/usr/share/doc/*/copyright'];

/** A program that a recipe takes in by name. */
export interface ToolFile {
  readonly path: string;
  readonly version: string;
}

export interface BuildOptions {
  readonly recipe: Recipe;
  readonly apt: () => Promise<Apt>;
  readonly blobs: Blobs;
  /** Empty, on the store's file system, and gone afterwards. */
  readonly workFolder: string;
  readonly tool: (name: string) => Promise<ToolFile>;
  readonly now: () => Date;
  readonly onDetail: (detail: Text) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What apt would put into the image now. Throws ImageBuildFailed. */
export async function resolvePackages(recipe: Recipe, apt: () => Promise<Apt>): Promise<ChosenPackage[]> {
  if (recipe.packages.length === 0) return [];
  return (await apt()).resolve(
    recipe.packages,
    recipe.without.flatMap(({ packages }) => packages),
  );
}

/** Builds an image into the blobs and returns its record, which is not published yet. */
export async function buildImage(options: BuildOptions): Promise<ImageRecord> {
  const { recipe, blobs, workFolder, onDetail, signal } = options;
  onDetail(text('resolving packages', '패키지 확인 중'));
  const chosen = await resolvePackages(recipe, options.apt);
  onDetail(text(`downloading ${chosen.length} packages`, `패키지 ${chosen.length}개 내려받는 중`));
  const files = chosen.length === 0 ? new Map<ChosenPackage, string>() : await (await options.apt()).download(chosen);

  const tree = new FileTree();
  const spool = await Spool.open(join(workFolder, 'spool'));
  try {
    let newest = chosen.length === 0 ? NO_PACKAGES_SECONDS : 0;
    let done = 0;
    for (const [each, file] of files) {
      signal?.throwIfAborted();
      done += 1;
      onDetail(
        text(
          `merging ${each.package.name} (${done} of ${chosen.length})`,
          `${each.package.name} 병합 중(${done}/${chosen.length})`,
        ),
      );
      newest = Math.max(newest, await addPackage(file, each.package.name, tree, spool, signal));
    }
    const tools = await finish(tree, spool, recipe, chosen, options.tool);
    signal?.throwIfAborted();
    onDetail(text('writing the layer', '레이어 기록 중'));
    const layer = await blobs.add(layerStream(tree, spool, newest), workFolder, BLOB_BYTES);
    signal?.throwIfAborted();
    const documents = imageDocuments(recipe, layer, tools, newest);
    const config = await blobs.addDocument(documents.config, workFolder);
    const manifest = await blobs.addDocument(documents.manifest, workFolder);
    return recordOf(options, { layer, config, manifest }, documents.created, chosen, tools);
  } finally {
    await spool.close();
  }
}

function recordOf(
  { recipe, now }: BuildOptions,
  parts: { readonly layer: BlobSize; readonly config: BlobSize; readonly manifest: BlobSize },
  created: string,
  chosen: readonly ChosenPackage[],
  tools: readonly ToolInImage[],
): ImageRecord {
  const all = Object.values(parts);
  return {
    image: {
      name: recipe.name,
      version: recipe.version,
      reference: `${repositoryOf(recipe.name)}:${recipe.version}`,
      digest: parts.manifest.digest,
      size: all.reduce((sum, { size }) => sum + size, 0),
      packages: chosen.length,
      created,
      storedAt: now().toISOString(),
      origin: 'built',
    },
    packages: chosen.map((each) => each.package),
    tools,
    suite: recipe.suite,
    recipe: recipeDigest(recipe),
    blobs: all.map(({ digest }) => digest),
  };
}

/** What the packages' scripts would have done, and the recipe's own. */
async function finish(
  tree: FileTree,
  spool: Spool,
  recipe: Recipe,
  chosen: readonly ChosenPackage[],
  tool: BuildOptions['tool'],
): Promise<ToolInImage[]> {
  const isLeftOut = matcher([...LEFT_OUT, ...recipe.leaveOut]);
  const isKept = matcher(KEPT);
  if (recipe.certificates) await putCertificates(tree, spool);
  tree.leaveOut((path) => isLeftOut(path) && !isKept(path));
  const { user } = recipe;
  const ownerOf = (owner: 'root' | 'user'): { uid: number; gid: number } =>
    owner === 'user' ? { uid: user.uid, gid: user.gid } : { uid: 0, gid: 0 };
  const put = async (path: string, content: string, mode = 0o644): Promise<void> =>
    tree.put(path, await fileNode(spool, content, mode), recipe.name);

  for (const path of ['/proc', '/sys', '/dev', '/run', '/etc', '/usr'])
    if (tree.at(path, recipe.name) === undefined) tree.put(path, directory(0o755), recipe.name);
  tree.put('/tmp', directory(0o1777), recipe.name);
  await put('/etc/passwd', passwd(recipe));
  await put('/etc/group', group(recipe));
  if (chosen.length > 0) await put('/var/lib/dpkg/status', dpkgStatus(chosen.map(({ control }) => control)));
  for (const { path, mode, owner } of recipe.directories)
    tree.put(path, { ...directory(mode), ...ownerOf(owner) }, recipe.name);
  for (const { path, to } of recipe.links) tree.put(path, { kind: 'link', target: to, uid: 0, gid: 0 }, recipe.name);
  const tools: ToolInImage[] = [];
  for (const file of recipe.files) {
    const owner = ownerOf(file.owner);
    if ('content' in file)
      tree.put(file.path, { ...(await fileNode(spool, file.content, file.mode)), ...owner }, recipe.name);
    else {
      const { path, version } = await tool(file.tool);
      const content = await spool.append(createReadStream(path));
      tree.put(file.path, { kind: 'file', mode: file.mode, ...owner, content }, recipe.name);
      tools.push({ name: file.tool, version, sha256: content.sha256, path: file.path });
    }
  }
  tree.merge();
  return tools;
}

async function fileNode(spool: Spool, content: string, mode: number): Promise<Extract<TreeNode, { kind: 'file' }>> {
  return { kind: 'file', mode, uid: 0, gid: 0, content: await spool.append([Buffer.from(content)]) };
}

function directory(mode: number): TreeNode {
  return { kind: 'directory', mode, uid: 0, gid: 0 };
}

function passwd({ user }: Recipe): string {
  const root = 'root:x:0:0:root:/root:/bin/sh';
  const nobody = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin';
  const own = `${user.name}:x:${user.uid}:${user.gid}:${user.name}:${user.home}:/bin/sh`;
  return `${[root, ...(user.uid === 0 ? [] : [own]), nobody].join('\n')}\n`;
}

/** Debian's own numbers for the groups that its packages give files to. */
function group({ user }: Recipe): string {
  const fixed = ['root:x:0:', 'tty:x:5:', 'disk:x:6:', 'shadow:x:42:', 'utmp:x:43:', 'staff:x:50:'];
  const own = user.gid === 0 ? [] : [`${user.name}:x:${user.gid}:`];
  return `${[...fixed, ...own, 'nogroup:x:65534:'].join('\n')}\n`;
}

/** As ca-certificates' script does where nothing was deselected: all authorities in one file. */
async function putCertificates(tree: FileTree, spool: Spool): Promise<void> {
  const parts: Buffer[] = [];
  for (const [path, node] of tree.entries()) {
    if (node.kind !== 'file' || !/^usr\/share\/ca-certificates\/.*\.crt$/.test(path)) continue;
    for await (const chunk of spool.read(node.content)) parts.push(chunk);
    parts.push(Buffer.from('\n'));
  }
  tree.put(
    '/etc/ssl/certs/ca-certificates.crt',
    { kind: 'file', mode: 0o644, uid: 0, gid: 0, content: await spool.append(parts) },
    'ca-certificates',
  );
}

/** `*` stands for anything within a folder, `**` for anything at all. */
function matcher(patterns: readonly string[]): (path: string) => boolean {
  const sources = patterns.map((pattern) =>
    pattern
      .split(/(\*\*|\*)/)
      .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
      .join(''),
  );
  const all = new RegExp(`^(?:${sources.join('|')})$`, 's');
  return (path) => all.test(path);
}
