import { text, type Text } from '../errors';
import { isFields, type Fields } from './json';
import { kubeconfigRefused, parseKubeconfigDocument, type KubeconfigDocument } from './kubeconfig-document';
import {
  ALLOWABLE,
  FEATURES_OF_CLUSTER,
  FEATURES_OF_USER,
  WHY_REFUSED,
  type KubeconfigFeature,
} from './kubeconfig-features';
import { KubeconfigShape } from './kubeconfig-schema';
import { serverAddress } from './server-address';
import type { ClusterConnection } from './types';

export interface KubeconfigOptions {
  /** Default: the file's current-context. */
  readonly context?: string;
  /** What is let through beyond data in the file. Default: nothing. */
  readonly allow?: readonly KubeconfigFeature[];
  /** Reads a file that `tokenFile` or `paths` names. Called only for what is allowed. */
  readonly readFile?: (path: string) => string;
}

export interface KubeconfigSource {
  /** The file's name, for messages. */
  readonly file: string;
  readonly text: string;
}

export interface KubeconfigContext {
  readonly context: string;
  readonly connection: ClusterConnection;
  readonly namespace?: string;
}

const PLAIN_FIELDS_OF_CLUSTER = [
  'server',
  'certificate-authority-data',
  'tls-server-name',
  'disable-compression',
  'extensions',
];
const PLAIN_FIELDS_OF_USER = ['client-certificate-data', 'client-key-data', 'token', 'extensions'];

/**
 * One context of a kubeconfig text as a connection. Only fields of an allow-list are taken; nothing is run, and no file is read unless allowed by
 * name. Entries that the context does not use are not judged. Throws KubeconfigRefused, which lists everything refused with its path and line.
 */
export function kubeconfigContext(source: KubeconfigSource, options: KubeconfigOptions = {}): KubeconfigContext {
  const { file } = source;
  const document = parseKubeconfigDocument(source.text, file);
  const shape = KubeconfigShape.safeParse(document.data);
  if (!shape.success) {
    const path = pathText(shape.error.issues[0]?.path.filter((step) => typeof step !== 'symbol') ?? []);
    throw kubeconfigRefused(
      file,
      text(
        `it is not a kubeconfig: ${path === '' ? 'the file' : path} does not have the expected form`,
        `kubeconfig 형식이 아닙니다: ${path === '' ? '파일' : path}의 형식이 올바르지 않습니다`,
      ),
    );
  }
  return new ContextReader(document, shape.data, file, options).read();
}

/** `users[0].user.exec` */
function pathText(path: readonly (string | number)[]): string {
  return path
    .map((step, index) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[\w-]{1,100}$/.test(step)
          ? `${index === 0 ? '' : '.'}${step}`
          : `[${JSON.stringify(step.slice(0, 100))}]`,
    )
    .join('');
}

interface Entry {
  readonly fields: Fields;
  readonly path: readonly (string | number)[];
}

/** Reads one context and gathers everything that is wrong with it, so that all is said at once. */
class ContextReader {
  readonly #problems: Text[] = [];

  constructor(
    private readonly document: KubeconfigDocument,
    private readonly shape: KubeconfigShape,
    private readonly file: string,
    private readonly options: KubeconfigOptions,
  ) {}

  read(): KubeconfigContext {
    const name = this.options.context ?? this.shape['current-context'] ?? '';
    if (name === '') {
      const names = this.#names('contexts');
      throw kubeconfigRefused(
        this.file,
        text(
          `it has no current-context; choose one of: ${names}`,
          `current-context가 없습니다. 다음 중에서 선택하세요: ${names}`,
        ),
      );
    }
    const context = this.#entry('contexts', 'context', name);
    const cluster = this.#entry('clusters', 'cluster', this.#string(context, 'cluster') ?? '');
    const user = this.#entry('users', 'user', this.#string(context, 'user') ?? '');
    this.#judge(context, ['cluster', 'user', 'namespace', 'extensions'], {});
    this.#judge(cluster, PLAIN_FIELDS_OF_CLUSTER, FEATURES_OF_CLUSTER);
    this.#judge(user, PLAIN_FIELDS_OF_USER, FEATURES_OF_USER);
    const server = this.#server(cluster);
    const caPem = this.#pem(cluster, 'certificate-authority', 'CERTIFICATE');
    const tlsServerName = this.#string(cluster, 'tls-server-name');
    const credential = this.#credential(user);
    const namespace = this.#string(context, 'namespace');
    if (caPem === undefined && this.#problems.length === 0)
      this.#problem(
        cluster,
        'certificate-authority-data',
        text("it is missing; the system's own CAs are never used", '값이 없습니다. 시스템의 CA는 사용하지 않습니다'),
      );
    if (this.#problems.length > 0 || server === undefined || caPem === undefined || credential === undefined)
      throw kubeconfigRefused(
        this.file,
        text(
          `context ${JSON.stringify(name)} has ${this.#problems.length} ${this.#problems.length === 1 ? 'entry' : 'entries'} that cannot be accepted`,
          `컨텍스트 ${JSON.stringify(name)}에 허용되지 않는 항목이 ${this.#problems.length}개 있습니다`,
        ),
        this.#problems,
      );
    return {
      context: name,
      connection: {
        server,
        caPem,
        ...(tlsServerName === undefined ? {} : { tlsServerName }),
        credential,
      },
      ...(namespace === undefined || namespace === '' ? {} : { namespace }),
    };
  }

  #entry(list: 'contexts' | 'clusters' | 'users', key: string, name: string): Entry {
    const entries = this.shape[list] ?? [];
    const index = entries.findIndex((entry) => entry.name === name);
    const found = entries[index]?.[key];
    if (index >= 0 && isFields(found)) return { fields: found, path: [list, index, key] };
    throw kubeconfigRefused(
      this.file,
      text(
        `it has no ${key} named ${JSON.stringify(name.slice(0, 100))} in ${list}; there are: ${this.#names(list)}`,
        `${list}에 ${JSON.stringify(name.slice(0, 100))}(이)라는 ${key} 항목이 없습니다. 있는 항목: ${this.#names(list)}`,
      ),
    );
  }

  #names(list: 'contexts' | 'clusters' | 'users'): string {
    const names = (this.shape[list] ?? []).map((entry) => JSON.stringify(entry.name.slice(0, 100)));
    if (names.length === 0) return '-';
    return names.length > 20 ? `${names.slice(0, 20).join(', ')}, ...` : names.join(', ');
  }

  #problem({ path }: Entry, field: string, why: Text): void {
    const full = [...path, field];
    const line = this.document.lineOf(full);
    const where = pathText(full);
    this.#problems.push(
      line === undefined
        ? text(`${where}: ${why.en}`, `${where}: ${why.ko}`)
        : text(`${where} (line ${line}): ${why.en}`, `${where} (${line}번째 줄): ${why.ko}`),
    );
  }

  #judge(entry: Entry, plain: readonly string[], features: Readonly<Record<string, KubeconfigFeature>>): void {
    for (const [field, value] of Object.entries(entry.fields)) {
      if (plain.includes(field) || value === null || value === '' || value === false) continue;
      const feature = Object.hasOwn(features, field) ? features[field] : undefined;
      if (feature === undefined) this.#problem(entry, field, text('this field is not known', '알 수 없는 필드입니다'));
      else if (!this.#allows(feature)) this.#problem(entry, field, WHY_REFUSED[feature]);
    }
  }

  #allows(feature: KubeconfigFeature): boolean {
    return ALLOWABLE.includes(feature) && (this.options.allow ?? []).includes(feature);
  }

  #string(entry: Entry, field: string): string | undefined {
    const value = Object.hasOwn(entry.fields, field) ? entry.fields[field] : undefined;
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    this.#problem(entry, field, text('it must be a string', '문자열이어야 합니다'));
    return undefined;
  }

  #server(cluster: Entry): string | undefined {
    const server = this.#string(cluster, 'server');
    if (server !== undefined && serverAddress(server) !== undefined) return server;
    this.#problem(
      cluster,
      'server',
      text('it must look like https://host:port', 'https://호스트:포트 형식이어야 합니다'),
    );
    return undefined;
  }

  #credential(user: Entry): ClusterConnection['credential'] | undefined {
    const certPem = this.#pem(user, 'client-certificate', 'CERTIFICATE');
    const keyPem = this.#pem(user, 'client-key', 'PRIVATE KEY');
    // As the API server does where both are sent: the certificate decides.
    if (certPem !== undefined && keyPem !== undefined) return { kind: 'certificate', certPem, keyPem };
    const token = this.#token(user);
    if (token !== undefined) return { kind: 'token', token };
    if (this.#problems.length === 0)
      this.#problem(
        user,
        'token',
        text(
          'there is neither a token nor a client certificate with its key',
          '토큰도, 클라이언트 인증서와 개인 키도 없습니다',
        ),
      );
    return undefined;
  }

  #token(user: Entry): string | undefined {
    const inline = this.#string(user, 'token');
    const given = inline === undefined || inline === '' ? this.#fileAt(user, 'tokenFile', 'tokenFile')?.trim() : inline;
    if (given === undefined || (given.length <= 65_536 && /^[\x21-\x7e]+$/.test(given))) return given;
    this.#problem(user, 'token', text('it is not a bearer token', 'Bearer 토큰 형식이 아닙니다'));
    return undefined;
  }

  /** `<field>-data` (base64), else the file that `<field>` names where that is allowed. */
  #pem(entry: Entry, field: string, label: string): string | undefined {
    const data = this.#string(entry, `${field}-data`);
    const pem =
      data === undefined || data === '' ? this.#fileAt(entry, field, 'paths') : decoded(data.replace(/\s+/g, ''));
    if (pem === undefined && (data === undefined || data === '')) return undefined;
    if (pem !== undefined && new RegExp(`-----BEGIN (?:[A-Z0-9]+ )*${label}-----`).test(pem)) return pem;
    const where = data === undefined || data === '' ? field : `${field}-data`;
    this.#problem(
      entry,
      where,
      text(`it is not a PEM block of type ${label}`, `${label} 유형의 PEM 데이터가 아닙니다`),
    );
    return undefined;
  }

  #fileAt(entry: Entry, field: string, feature: KubeconfigFeature): string | undefined {
    const path = this.#allows(feature) ? this.#string(entry, field) : undefined;
    return path === undefined || path === '' ? undefined : this.options.readFile?.(path);
  }
}

/** Base64 as text; undefined when it is not base64. */
function decoded(data: string): string | undefined {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(data)
    ? Buffer.from(data, 'base64').toString('utf8')
    : undefined;
}
