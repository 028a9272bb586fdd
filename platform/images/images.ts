import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { TestbedError, isTestbedError, reasonOf, text, verbatim, type Text } from '../../errors';
import { openStep } from '../step';
import { defaultCacheRoot } from '../toolchain/settings';
import { Apt } from './apt';
import { writeArchive } from './archive';
import { Blobs } from './blobs';
import { buildImage, resolvePackages } from './build';
import { differencesOf } from './differences';
import type { StoredImage } from './image';
import { explainStoreError } from './image-errors';
import { readArchive } from './import';
import { pruneStore } from './prune';
import { readRecipe, recipeDigest, type Recipe } from './recipe';
import { ImageRecords, type ImageRecord } from './records';
import { pushImage } from './registry';
import type { ImageDifference, Images, ImagesOptions } from './images-types';
import { sbomOf, type Sbom } from './sbom';
import { workAlone } from './store-lock';
import { unpackImage } from './unpack';

/** So long the indexes of a suite pass for fresh. */
const FRESH_MS = 10 * 60_000;

/** Opens the store of images; nothing is made before something is put into it. */
export function openImages(options: ImagesOptions = {}): Images {
  return new Store(options);
}

class Store implements Images {
  readonly #directory: string;
  readonly #options: ImagesOptions;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #blobs: Blobs;
  readonly #records: ImageRecords;
  readonly #opened = new Map<string, { readonly apt: Apt; readonly at: number }>();

  constructor(options: ImagesOptions) {
    this.#options = options;
    this.#environment = options.environment ?? process.env;
    this.#directory = resolve(options.directory ?? join(defaultCacheRoot(this.#environment), 'images'));
    this.#blobs = new Blobs(this.#directory);
    this.#records = new ImageRecords(this.#directory);
  }

  list(): StoredImage[] {
    return this.#records.names().map((name) => this.#record(name).image);
  }

  digests(name: string): string[] {
    return this.#records.all(name).map(({ image }) => image.digest);
  }

  find(name: string): StoredImage {
    return this.#record(name).image;
  }

  async build(name: string, position?: { readonly index: number; readonly total: number }): Promise<StoredImage> {
    const recipe = readRecipe(name, this.#options.recipes);
    return this.#step(`image:${name}`, text(`image ${name}`, `이미지 ${name}`), position, async (onDetail) => {
      const record = await this.#alone(`build ${name}`, onDetail, (workFolder) =>
        this.#build(recipe, workFolder, onDetail),
      );
      return record.image;
    });
  }

  async ensure(name: string): Promise<StoredImage> {
    const present = this.#records.current(name);
    return present !== undefined && (await this.#isPresent(present)) ? present.image : this.build(name);
  }

  async import(file: string, as?: string): Promise<StoredImage> {
    return this.#step(`import:${file}`, text(`import of ${file}`, `${file} 가져오기`), undefined, async (onDetail) => {
      const record = await this.#alone('import', onDetail, async (workFolder) => {
        const { signal, now = () => new Date() } = this.#options;
        const read = await readArchive({ file: resolve(file), as, blobs: this.#blobs, workFolder, now, signal });
        this.#publish(read);
        return read;
      });
      return record.image;
    });
  }

  async export(name: string, file: string): Promise<StoredImage> {
    const { image } = this.#record(name);
    const target = resolve(file);
    const half = `${target}.${process.pid}.half`;
    return this.#step(`export:${name}`, text(`export of ${name}`, `${name} 내보내기`), undefined, async () => {
      try {
        await writeArchive(image, this.#blobs, half, this.#options.signal);
        renameSync(half, target);
      } catch (error) {
        throw explainStoreError(error, dirname(target));
      } finally {
        rmSync(half, { force: true });
      }
      return image;
    });
  }

  async push(name: string, registry: string): Promise<string> {
    const { image } = this.#record(name);
    return this.#step(`push:${name}`, text(`push of ${name}`, `${name} 올리기`), undefined, (onDetail) =>
      pushImage({
        image,
        blobs: this.#blobs,
        registry,
        environment: this.#environment,
        onBytes: (bytes, total) => onDetail(verbatim(`${megabytes(bytes)} / ${megabytes(total)} MB`)),
        signal: this.#options.signal,
      }),
    );
  }

  sbom(name: string): Sbom {
    return sbomOf(this.#record(name));
  }

  async diff(before: string, after?: string): Promise<ImageDifference> {
    const old = this.#record(before);
    const { name, digest } = old.image;
    if (after !== undefined) {
      const fresh = this.#record(after);
      return { name, from: digest, to: fresh.image.digest, changes: differencesOf(old, fresh) };
    }
    const recipe = readRecipe(name, this.#options.recipes);
    return this.#step(
      `resolve:${name}`,
      text(`packages of ${name}`, `${name}의 패키지`),
      undefined,
      async (onDetail) => {
        const chosen = await this.#alone(`resolve ${name}`, onDetail, () =>
          resolvePackages(recipe, () => this.#apt(recipe)),
        );
        // What comes from no package is not asked for: it changes by a version of testbed.
        const packages = chosen.map((each) => each.package);
        return { name, from: digest, changes: differencesOf(old, { packages, tools: old.tools }) };
      },
    );
  }

  async unpack(name: string): Promise<string> {
    const { image } = this.#record(name);
    return this.#step(`unpack:${name}`, text(`unpacking ${name}`, `${name} 풀기`), undefined, (onDetail) =>
      this.#alone(`unpack ${name}`, onDetail, (workFolder) =>
        unpackImage(image, this.#blobs, this.#directory, workFolder, this.#options.signal),
      ),
    );
  }

  /** Whole, and made by the recipe and the programs of this version of testbed; one that was imported is as its maker wanted it. */
  async #isPresent({ image, blobs, recipe, tools }: ImageRecord): Promise<boolean> {
    if (!blobs.every((digest) => this.#blobs.exists(digest))) return false;
    if (image.origin === 'imported') return true;
    if (recipe !== recipeDigest(readRecipe(image.name, this.#options.recipes))) return false;
    const { tool } = this.#options;
    if (tool !== undefined)
      for (const { name, version } of tools) if ((await tool(name)).version !== version) return false;
    return true;
  }

  async #build(recipe: Recipe, workFolder: string, onDetail: (detail: Text) => void): Promise<ImageRecord> {
    const { tool = noTool, now = () => new Date(), signal } = this.#options;
    const record = await buildImage({
      recipe,
      apt: () => this.#apt(recipe),
      blobs: this.#blobs,
      workFolder,
      tool,
      now,
      onDetail,
      signal,
    });
    this.#publish(record);
    return record;
  }

  /** Images that are built one after the other share the indexes. Only for who holds the lock. */
  async #apt(recipe: Recipe): Promise<Apt> {
    const present = this.#opened.get(recipe.suite);
    if (present !== undefined && performance.now() - present.at < FRESH_MS) return present.apt;
    const directory = join(this.#directory, 'apt', recipe.suite);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { signal } = this.#options;
    const apt = await Apt.open({ directory, suite: recipe.suite, environment: this.#environment, signal });
    this.#opened.set(recipe.suite, { apt, at: performance.now() });
    return apt;
  }

  #publish(record: ImageRecord): void {
    this.#records.publish(record);
    pruneStore(this.#directory, this.#records, this.#blobs);
  }

  /** `postgres` or `postgres@sha256:...`. Throws ImageMissing. */
  #record(wanted: string): ImageRecord {
    const [name = '', digest] = wanted.split('@', 2);
    const isName =
      /^[a-z][a-z0-9-]{0,39}$/.test(name) && (digest === undefined || /^sha256:[0-9a-f]{64}$/.test(digest));
    const record = !isName
      ? undefined
      : digest === undefined
        ? this.#records.current(name)
        : this.#records.byDigest(name, digest);
    if (record !== undefined) return record;
    throw new TestbedError(
      'ImageMissing',
      text(`there is no image ${wanted} in the store`, `저장소에 ${wanted} 이미지가 없습니다`),
      {
        hint: text(
          `build it: testbed images build ${isName ? name : 'NAME'}`,
          `빌드하십시오: testbed images build ${isName ? name : 'NAME'}`,
        ),
      },
    );
  }

  async #alone<T>(
    purpose: string,
    onDetail: (detail: Text) => void,
    work: (workFolder: string) => Promise<T>,
  ): Promise<T> {
    return workAlone(this.#directory, { purpose, onDetail, signal: this.#options.signal }, work);
  }

  async #step<T>(
    id: string,
    title: Text,
    position: { readonly index: number; readonly total: number } | undefined,
    work: (onDetail: (detail: Text) => void) => Promise<T>,
  ): Promise<T> {
    const { signal, onProgress } = this.#options;
    const step = openStep({ id, title, ...position }, onProgress);
    try {
      const result = await work(step.detail);
      step.close('done');
      return result;
    } catch (error) {
      step.close('failed', verbatim(reasonOf(error)));
      if (signal?.aborted === true && !isTestbedError(error))
        throw new TestbedError(
          'Interrupted',
          text('the work on images was interrupted', '이미지 작업이 중단되었습니다'),
          { cause: error },
        );
      throw error;
    }
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}

async function noTool(name: string): Promise<never> {
  throw new TestbedError(
    'ToolMissing',
    text(
      `the image needs the program ${name}, which was not handed in`,
      `이미지에 필요한 프로그램 ${name}이(가) 주어지지 않았습니다`,
    ),
  );
}
