import { Readable } from 'node:stream';
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { TestbedError, isTestbedError, reasonOf, text } from '../../errors';
import type { Blobs } from './blobs';
import type { StoredImage } from './image';
import { MEDIA, manifestSchema, type Descriptor } from './oci';
import { registryLogin, type RegistryLogin } from './registry-login';

const CONNECT_MS = 10_000;
const IDLE_MS = 60_000;
const PUSH_MS = 20 * 60_000;
const ANSWER_BYTES = 64 * 1024;

export interface PushOptions {
  readonly image: StoredImage;
  readonly blobs: Blobs;
  /** `https://registry.example/prefix` */
  readonly registry: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly onBytes?: (bytes: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Pushes an image by the OCI distribution API; layers that the registry has are not sent again. Returns the reference by digest to pull it by.
 * Login from the file that `TESTBED_REGISTRY_AUTH_FILE` or `REGISTRY_AUTH_FILE` names, in the form of docker's config.json. Throws RegistryRefused,
 * UsageWrong for an address that is none.
 */
export async function pushImage(options: PushOptions): Promise<string> {
  const base = readRegistry(options.registry);
  const { image } = options;
  const repository = [...base.pathname.split('/').filter((part) => part !== ''), 'testbed', image.name].join('/');
  const registry = new Registry(base, repository, registryLogin(base.host, options.environment), options);
  try {
    await registry.push();
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isTestbedError(error)) throw error;
    throw new TestbedError(
      'RegistryRefused',
      text(
        `the registry ${base.host} can't be reached: ${reasonOf(error)}`,
        `레지스트리 ${base.host}에 연결할 수 없습니다: ${reasonOf(error)}`,
      ),
      { cause: error },
    );
  } finally {
    await registry.close();
  }
  return `${base.host}/${repository}@${image.digest}`;
}

function readRegistry(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isLocal = url !== undefined && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  const isPlain =
    url !== undefined && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (isPlain && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))) return url;
  // The address itself is not repeated: it may hold a password.
  throw new TestbedError(
    'UsageWrong',
    text(
      'the registry must be an https address without user name, password or query, such as https://registry.example/images',
      '레지스트리는 사용자 이름, 비밀번호, 쿼리가 없는 https 주소여야 합니다(예: https://registry.example/images)',
    ),
  );
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly challenge: string | undefined;
  readonly body: string;
}

class Registry {
  readonly #base: URL;
  readonly #repository: string;
  readonly #login: RegistryLogin;
  readonly #options: PushOptions;
  readonly #agent: EnvHttpProxyAgent;
  readonly #signal: AbortSignal;
  #authorization: string | undefined;
  #sent = 0;

  constructor(base: URL, repository: string, login: RegistryLogin, options: PushOptions) {
    this.#base = base;
    this.#repository = repository;
    this.#login = login;
    this.#options = options;
    const read = (name: string): string => options.environment[name.toLowerCase()] ?? options.environment[name] ?? '';
    this.#agent = new EnvHttpProxyAgent({
      httpProxy: read('HTTP_PROXY'),
      httpsProxy: read('HTTPS_PROXY'),
      noProxy: read('NO_PROXY'),
      connect: { timeout: CONNECT_MS },
    });
    const bound = AbortSignal.timeout(PUSH_MS);
    this.#signal = options.signal === undefined ? bound : AbortSignal.any([options.signal, bound]);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async push(): Promise<void> {
    const { image, blobs } = this.#options;
    const document = blobs.document(image.digest);
    const manifest = manifestSchema.parse(JSON.parse(document));
    await this.#authorize();
    for (const part of [...manifest.layers, manifest.config]) await this.#pushBlob(part);
    const answer = await this.#ask('PUT', this.#address(`manifests/${image.version}`), {
      body: Buffer.from(document),
      headers: { 'content-type': MEDIA.manifest },
    });
    if (answer.status !== 201) throw this.#refused('take the manifest', '매니페스트를 받지', answer);
  }

  async #pushBlob(part: Descriptor): Promise<void> {
    const { blobs, image, onBytes } = this.#options;
    const present = await this.#ask('HEAD', this.#address(`blobs/${part.digest}`));
    if (present.status !== 200) {
      const begun = await this.#ask('POST', this.#address('blobs/uploads/'));
      if (begun.status !== 202 || begun.location === undefined)
        throw this.#refused('begin an upload', '업로드를 시작하지', begun);
      const target = this.#uploadAddress(begun.location);
      target.searchParams.set('digest', part.digest);
      const done = await this.#ask('PUT', target, {
        body: Readable.from(blobs.read(part), { objectMode: false }),
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(part.size) },
      });
      if (done.status !== 201) throw this.#refused(`take ${part.digest}`, `${part.digest}을(를) 받지`, done);
    }
    this.#sent += part.size;
    onBytes?.(this.#sent, image.size);
  }

  #address(path: string): URL {
    return new URL(`/v2/${this.#repository}/${path}`, this.#base);
  }

  /** Where the registry wants the bytes: on itself, since they go with our login. */
  #uploadAddress(location: string): URL {
    const url = URL.canParse(location, this.#base.href) ? new URL(location, this.#base) : undefined;
    if (url?.origin === this.#base.origin) return url;
    throw new TestbedError(
      'RegistryRefused',
      text(
        `the registry ${this.#base.host} sends uploads to another host`,
        `레지스트리 ${this.#base.host}이(가) 업로드를 다른 호스트로 보냅니다`,
      ),
    );
  }

  /** Asks once without login; a registry that wants one says how. */
  async #authorize(): Promise<void> {
    const first = await this.#ask('GET', new URL('/v2/', this.#base));
    if (first.status === 200) return;
    if (first.status !== 401) throw this.#refused('answer as a registry', '레지스트리로 응답하지', first);
    this.#authorization = await this.#login.answer(first.challenge ?? '', this.#repository, (url, headers) =>
      this.#get(url, headers),
    );
    const again = await this.#ask('GET', new URL('/v2/', this.#base));
    if (again.status !== 200) throw this.#refused('accept the login', '로그인을 받아들이지', again);
  }

  async #get(url: URL, headers: Record<string, string>): Promise<{ status: number; body: string }> {
    return this.#send({ method: 'GET', headers }, url);
  }

  async #ask(
    method: 'GET' | 'HEAD' | 'POST' | 'PUT',
    url: URL,
    extra: { readonly body?: Buffer | Readable; readonly headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const authorization = this.#authorization === undefined ? {} : { authorization: this.#authorization };
    return this.#send({ method, headers: { ...authorization, ...extra.headers }, body: extra.body ?? null }, url);
  }

  async #send(
    options: Pick<Dispatcher.RequestOptions, 'method' | 'body'> & { headers: Record<string, string> },
    url: URL,
  ): Promise<Answer> {
    const { statusCode, headers, body } = await request(url, {
      ...options,
      dispatcher: this.#agent,
      signal: this.#signal,
      headersTimeout: IDLE_MS,
      bodyTimeout: IDLE_MS,
    });
    let answer = '';
    body.setEncoding('utf8');
    for await (const chunk of body) {
      answer += String(chunk);
      if (answer.length > ANSWER_BYTES) break;
    }
    const location = headers['location'];
    const challenge = headers['www-authenticate'];
    return {
      status: statusCode,
      location: typeof location === 'string' ? location : undefined,
      challenge: typeof challenge === 'string' ? challenge : undefined,
      body: answer.slice(0, ANSWER_BYTES),
    };
  }

  #refused(en: string, ko: string, { status, body }: Answer): TestbedError {
    const hint =
      status === 401 || status === 403
        ? {
            hint: text(
              "name a file with its login, in the form of docker's config.json: TESTBED_REGISTRY_AUTH_FILE=/path/auth.json",
              'docker config.json 형식의 로그인 파일을 지정하십시오: TESTBED_REGISTRY_AUTH_FILE=/경로/auth.json',
            ),
          }
        : {};
    return new TestbedError(
      'RegistryRefused',
      text(
        `the registry ${this.#base.host} does not ${en} (${status})`,
        `레지스트리 ${this.#base.host}이(가) ${ko} 않습니다(${status})`,
      ),
      { ...hint, details: body.trim() === '' ? [] : [text(body.slice(0, 500), body.slice(0, 500))] },
    );
  }
}
