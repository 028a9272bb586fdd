import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TestbedError, text } from '../../errors';
import { hasErrorCode } from '../../host/error-code';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SOURCE_BYTES = 256 * 1024;

/** One place that packages come from, as apt's deb822 format has it. */
interface DebianSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  /** A keyring's path, or a key itself in apt's folded form; undefined for apt's own trusted keys. */
  readonly signedBy: string | undefined;
}

/**
 * apt's list of sources for a suite, in deb822 format: the mirror that `TESTBED_DEBIAN_MIRROR` names, else what the host itself uses of
 * Debian's suites (`bookworm`, `bookworm-updates`, `bookworm-security`), other vendors' left out. Signatures are always checked, whatever the
 * host's own list says. Throws UsageWrong for a mirror that can't be used, ImageBuildFailed where the host has none.
 */
export function sourcesList(suite: string, environment: NodeJS.ProcessEnv, root = '/'): string {
  const mirror = environment['TESTBED_DEBIAN_MIRROR']?.trim() ?? '';
  const sources = mirror === '' ? hostSources(suite, root) : mirrorSources(suite, mirror, environment);
  if (sources.length === 0)
    throw new TestbedError(
      'ImageBuildFailed',
      text(
        `this machine's apt sources name no Debian ${suite} (component main)`,
        `이 컴퓨터의 apt 저장소 설정에 Debian ${suite}(main)이 없습니다`,
      ),
      {
        hint: text(
          'name a mirror: TESTBED_DEBIAN_MIRROR=https://mirror.example/debian',
          '미러를 지정하십시오: TESTBED_DEBIAN_MIRROR=https://mirror.example/debian',
        ),
      },
    );
  return sources.map(stanza).join('\n');
}

function stanza({ uris, suites, signedBy }: DebianSource): string {
  return [
    'Types: deb',
    `URIs: ${uris.join(' ')}`,
    `Suites: ${suites.join(' ')}`,
    'Components: main',
    ...(signedBy === undefined ? [] : [`Signed-By:${signedBy.startsWith('\n') ? '' : ' '}${signedBy}`]),
    '',
  ].join('\n');
}

/** A mirror of Debian's archive; its security archive lies beside it, as Debian's own does, unless a second address is given. */
function mirrorSources(suite: string, mirror: string, environment: NodeJS.ProcessEnv): DebianSource[] {
  const [main = '', security] = mirror.split(/\s+/);
  const keyring = environment['TESTBED_DEBIAN_KEYRING']?.trim() ?? KEYRING;
  if (!/^\/[\w./+-]+$/.test(keyring) || !existsSync(keyring))
    throw new TestbedError(
      'UsageWrong',
      text(
        `the keyring ${keyring} is not there: the mirror's signatures can't be checked without it`,
        `키링 ${keyring}이(가) 없어 미러의 서명을 확인할 수 없습니다`,
      ),
      {
        hint: text(
          'name it: TESTBED_DEBIAN_KEYRING=/path/to/debian-archive-keyring.gpg',
          '경로를 지정하십시오: TESTBED_DEBIAN_KEYRING=/경로/debian-archive-keyring.gpg',
        ),
      },
    );
  const address = checkedMirror(main);
  const besides =
    security === undefined ? `${address.replace(/\/debian$/, '')}/debian-security` : checkedMirror(security);
  return [
    { uris: [address], suites: [suite, `${suite}-updates`], signedBy: keyring },
    { uris: [besides], suites: [`${suite}-security`], signedBy: keyring },
  ];
}

function checkedMirror(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain =
    url !== undefined &&
    /^(?:https?|file):$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '' &&
    !/[\s\\[\]]/.test(address);
  if (isPlain) return url.href.replace(/\/+$/, '');
  // The address itself is not repeated: it may hold a password.
  throw new TestbedError(
    'UsageWrong',
    text(
      'the Debian mirror (TESTBED_DEBIAN_MIRROR) must be an http, https or file address without user name, password or query; a second one after a space is that of the security archive',
      'Debian 미러(TESTBED_DEBIAN_MIRROR)는 사용자 이름, 비밀번호, 쿼리가 없는 http, https, file 주소여야 합니다. 보안 저장소가 따로 있으면 공백 뒤에 두 번째 주소로 적으십시오',
    ),
  );
}

function hostSources(suite: string, root: string): DebianSource[] {
  const wanted = [suite, `${suite}-updates`, `${suite}-security`];
  return sourceFiles(root)
    .flatMap((file) => (file.endsWith('.sources') ? readDeb822(contentOf(file)) : readOneLine(contentOf(file))))
    .map((source) => ({ ...source, suites: source.suites.filter((name) => wanted.includes(name)) }))
    .filter(({ suites, uris }) => suites.length > 0 && uris.length > 0);
}

function sourceFiles(root: string): string[] {
  const folder = join(root, 'etc/apt/sources.list.d');
  const parts = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(?:list|sources)$/.test(name)) : [];
  const single = join(root, 'etc/apt/sources.list');
  return [...(existsSync(single) ? [single] : []), ...parts.sort().map((name) => join(folder, name))];
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(0, SOURCE_BYTES);
  } catch (error) {
    // Such as one with a password in it, that only root may read.
    if (hasErrorCode(error, 'EACCES')) return '';
    throw error;
  }
}

function readDeb822(content: string): DebianSource[] {
  const stanzas = content
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n[ \t]*\n/);
  return stanzas.flatMap((each) => {
    const fields = deb822Fields(each);
    const words = (name: string): string[] => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
    if (!words('types').includes('deb') || !words('components').includes('main')) return [];
    if (/^(?:no|false|without|off|disable)$/i.test(fields.get('enabled') ?? 'yes')) return [];
    return [{ uris: words('uris'), suites: words('suites'), signedBy: fields.get('signed-by') }];
  });
}

/** Field names in small letters; a folded value keeps its line ends. */
function deb822Fields(content: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of content.split('\n')) {
    if (/^[ \t]/.test(line)) fields.set(last, `${fields.get(last) ?? ''}\n${line}`);
    else {
      const [, name = '', value = ''] = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(line) ?? [];
      last = name.toLowerCase();
      fields.set(last, value.trim());
    }
  }
  return fields;
}

/** `deb [signed-by=/path arch=amd64] http://host/debian bookworm main contrib` */
function readOneLine(content: string): DebianSource[] {
  return content.split('\n').flatMap((line) => {
    const [, options = '', uri = '', suite = '', components = ''] =
      /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line) ?? [];
    if (!components.split(/\s+/).includes('main')) return [];
    const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1];
    return [{ uris: [uri], suites: [suite], signedBy }];
  });
}
