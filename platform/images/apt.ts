import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { text } from '../../errors';
import { hasErrorCode } from '../../host/error-code';
import { aptConf, hostSettings } from './apt-settings';
import { parseControl, packageOf, type Stanza } from './control-data';
import { sourcesList } from './debian-sources';
import { debianArchitecture } from './architecture';
import type { DebianPackage } from './image';
import { buildFailed, damaged } from './image-errors';
import { runProgram } from './run-program';

const UPDATE_MS = 5 * 60_000;
const RESOLVE_MS = 60_000;
const DOWNLOAD_MS = 20 * 60_000;
/** Of all packages of an image: a mirror that names more is not asked for them. */
const DOWNLOAD_BYTES = 1024 * 1024 * 1024;

/** A package that apt chose, with the checksum that the signed index has of its file. */
export interface ChosenPackage {
  readonly package: DebianPackage & { readonly sha256: string };
  /** Its control data, for the image's own package database. */
  readonly control: Stanza;
  /** Bytes of its file. */
  readonly size: number;
}

export interface AptOptions {
  /** apt's state of our own: lists, downloads, configuration. Kept between builds; one build at a time. */
  readonly directory: string;
  readonly suite: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** Asks apt, in a state directory of its own: the host's packages, lists and settings are neither read nor changed. */
export class Apt {
  readonly #options: AptOptions;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #status: string;

  private constructor(options: AptOptions) {
    this.#options = options;
    this.#status = join(options.directory, 'status');
    const { PATH, HOME, ...rest } = options.environment;
    const proxies = Object.entries(rest).filter(([name]) => /^(?:https?|no)_proxy$/i.test(name));
    this.#environment = {
      ...Object.fromEntries(proxies),
      PATH: PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
      ...(HOME === undefined ? {} : { HOME }),
      LC_ALL: 'C',
      DEBIAN_FRONTEND: 'noninteractive',
      APT_CONFIG: join(options.directory, 'apt.conf'),
    };
  }

  /** Writes the settings and fetches the indexes of the suite; unchanged ones are not fetched again. Throws ImageBuildFailed. */
  static async open(options: AptOptions): Promise<Apt> {
    const apt = new Apt(options);
    await apt.#prepare();
    return apt;
  }

  async #prepare(): Promise<void> {
    const { directory, suite, environment } = this.#options;
    for (const folder of ['lists/partial', 'archives/partial', 'etc/none', 'log'])
      mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 });
    const { APT_CONFIG: _own, ...hosts } = this.#environment;
    const settings = await hostSettings(hosts, this.#options.signal);
    writeFileSync(join(directory, 'apt.conf'), aptConf(directory, settings), { mode: 0o600 });
    writeFileSync(join(directory, 'etc/debian.sources'), sourcesList(suite, environment), { mode: 0o600 });
    writeFileSync(this.#status, '');
    // Without it apt goes on with old indexes where a mirror fails.
    await this.#get(['update', '-o', 'APT::Update::Error-Mode=any'], UPDATE_MS);
  }

  /** What apt would install for `packages` on a machine that has only `without`. Throws ImageBuildFailed. */
  async resolve(packages: readonly string[], without: readonly string[]): Promise<ChosenPackage[]> {
    if (packages.length === 0) return [];
    // Shown as installed, what an image does without brings in nothing of its own either.
    writeFileSync(this.#status, without.map(installedStanza).join(''));
    const plan = await this.#get(['install', '--simulate', '--no-install-recommends', ...packages], RESOLVE_MS);
    const chosen = [...plan.matchAll(/^Inst (\S+) \((\S+) /gm)].map(
      ([, name = '', version = '']) => `${name}=${version}`,
    );
    if (chosen.length === 0)
      throw buildFailed(
        text(
          `apt chooses nothing for ${packages.join(', ')}`,
          `apt가 ${packages.join(', ')}에 대해 선택한 패키지가 없습니다`,
        ),
      );
    const shown = await this.#run('apt-cache', ['show', '--no-all-versions', ...chosen], RESOLVE_MS);
    const stanzas = parseControl(shown);
    const found = chosen.map((wish) => {
      const stanza = stanzas.find((each) => `${each.get('Package')}=${each.get('Version')}` === wish);
      if (stanza === undefined)
        throw buildFailed(text(`apt tells nothing of ${wish}`, `apt에 ${wish} 정보가 없습니다`));
      return chosenFrom(stanza);
    });
    const bytes = found.reduce((sum, { size }) => sum + size, 0);
    if (bytes > DOWNLOAD_BYTES)
      throw buildFailed(
        text(
          `the packages are ${bytes} bytes, more than the ${DOWNLOAD_BYTES} that are taken`,
          `패키지 크기 ${bytes}바이트가 한도 ${DOWNLOAD_BYTES}바이트를 넘습니다`,
        ),
      );
    return found.sort((a, b) => (a.package.name < b.package.name ? -1 : 1));
  }

  /** Downloads the packages that are not there yet and returns the verified file of each. Throws ImageBuildFailed, ImageDamaged. */
  async download(chosen: readonly ChosenPackage[]): Promise<ReadonlyMap<ChosenPackage, string>> {
    const folder = join(this.#options.directory, 'archives');
    const files = new Map(chosen.map((each) => [each, join(folder, fileNameOf(each.package))]));
    const wanting: ChosenPackage[] = [];
    for (const [each, file] of files)
      if (!(await isWhole(file, each.package.sha256))) {
        // apt takes a file of the right size for the right one.
        rmSync(file, { force: true });
        wanting.push(each);
      }
    if (wanting.length === 0) return files;
    const names = wanting.map(({ package: { name, version } }) => `${name}=${version}`);
    await this.#get(['download', ...names], DOWNLOAD_MS, folder);
    for (const each of wanting) {
      const file = files.get(each) ?? '';
      if (await isWhole(file, each.package.sha256)) continue;
      rmSync(file, { force: true });
      throw damaged(
        text(
          `the package file of ${each.package.name} ${each.package.version} is not the one that the signed index names`,
          `${each.package.name} ${each.package.version} 패키지 파일이 서명된 목록의 내용과 다릅니다`,
        ),
      );
    }
    return files;
  }

  async #get(args: readonly string[], timeoutMs: number, workingDirectory?: string): Promise<string> {
    return this.#run('apt-get', ['-q', '-y', ...args], timeoutMs, workingDirectory);
  }

  async #run(command: string, args: readonly string[], timeoutMs: number, workingDirectory?: string): Promise<string> {
    return runProgram({
      command,
      args,
      environment: this.#environment,
      timeoutMs,
      signal: this.#options.signal,
      ...(workingDirectory === undefined ? {} : { workingDirectory }),
    });
  }
}

function installedStanza(name: string): string {
  return [
    `Package: ${name}`,
    'Status: install ok installed',
    // Newer than any that something could ask for.
    'Version: 9999:0',
    `Architecture: ${debianArchitecture()}`,
    'Multi-Arch: foreign',
    'Maintainer: none',
    'Description: left out of the image',
    '',
    '',
  ].join('\n');
}

function chosenFrom(stanza: Stanza): ChosenPackage {
  const found = packageOf(stanza);
  const sha256 = stanza.get('SHA256') ?? '';
  const size = Number(stanza.get('Size') ?? Number.NaN);
  if (!/^[0-9a-f]{64}$/.test(sha256) || !Number.isSafeInteger(size))
    throw buildFailed(
      text(`the index has no checksum of ${found.name}`, `저장소 목록에 ${found.name}의 체크섬이 없습니다`),
    );
  return { package: { ...found, sha256 }, control: stanza, size };
}

/** As apt names it: the colon of an epoch is quoted. */
function fileNameOf({ name, version, architecture }: DebianPackage): string {
  return `${name}_${version.replaceAll(':', '%3a')}_${architecture}.deb`;
}

async function isWhole(file: string, sha256: string): Promise<boolean> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
  return hash.digest('hex') === sha256;
}
