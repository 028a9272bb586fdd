import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { isTestbedError, type TestbedError } from '../../errors';
import { createClient } from '../../kubernetes/client';
import { writeKubeconfig } from '../../kubernetes/kubeconfig';
import { kubeconfigContext, type KubeconfigOptions } from '../../kubernetes/kubeconfig-context';
import { kubeconfigPath, readKubeconfig } from '../../kubernetes/kubeconfig-file';
import { testSurroundings } from '../support/cluster';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
const KEY = '-----BEGIN EC PRIVATE KEY-----\nMA==\n-----END EC PRIVATE KEY-----\n';
const base64 = (words: string): string => Buffer.from(words).toString('base64');

const CLUSTER = { server: 'https://127.0.0.1:6443', 'certificate-authority-data': base64(CERTIFICATE) };
const USER = { token: 'canary-token' };

function config(user: object = USER, cluster: object = CLUSTER, context: object = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', ...context } }],
    'current-context': 'x',
  });
}

function read(text: string, options: KubeconfigOptions = {}) {
  return kubeconfigContext({ file: 'test.yaml', text }, options);
}

function refusal(text: string, options: KubeconfigOptions = {}): TestbedError {
  const error = outcomeOf(text, options);
  if (!isTestbedError(error, 'KubeconfigRefused')) throw new Error('it was expected to be refused', { cause: error });
  expect(JSON.stringify([error.text, error.details, error.hint, String(error.cause)])).not.toContain('canary');
  return error;
}

/** The context, or what was thrown instead. */
function outcomeOf(text: string, options: KubeconfigOptions = {}): unknown {
  try {
    return read(text, options);
  } catch (error) {
    return error;
  }
}

const lines = (error: TestbedError): string[] => error.details.map(({ en }) => en.replace(/:.*/, ''));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('what is taken', () => {
  it('takes a token, a CA and a namespace', () => {
    expect(read(config(USER, CLUSTER, { namespace: 'n' }))).toEqual({
      context: 'x',
      connection: { server: CLUSTER.server, caPem: CERTIFICATE, credential: { kind: 'token', token: 'canary-token' } },
      namespace: 'n',
    });
  });

  it('takes a client certificate and a TLS server name', () => {
    const user = { 'client-certificate-data': base64(CERTIFICATE), 'client-key-data': base64(KEY) };
    expect(read(config(user, { ...CLUSTER, 'tls-server-name': 'api' })).connection).toEqual({
      server: CLUSTER.server,
      caPem: CERTIFICATE,
      tlsServerName: 'api',
      credential: { kind: 'certificate', certPem: CERTIFICATE, keyPem: KEY },
    });
  });

  it('takes JSON, and is not disturbed by entries that the context does not use', () => {
    const whole = parse(config()) as { users: object[] };
    whole.users.unshift({ name: 'other', user: { exec: { command: 'touch' } } });
    expect(read(JSON.stringify(whole)).context).toBe('x');
  });

  it('gives back what it hands out, and kubectl accepts it', async () => {
    const { connection, tools } = testSurroundings();
    const text = writeKubeconfig({ connection, context: 'on: "1e3"\n한국', namespace: 'kube-system' });
    expect(read(text)).toEqual({ context: 'on: "1e3"\n한국', connection, namespace: 'kube-system' });
    const client = createClient(read(text).connection);
    expect((await client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' }))?.kind).toBe('Namespace');
    await client.close();
    const { kubectl = '' } = tools;
    const file = join(folder, 'config');
    writeFileSync(file, text, { mode: 0o600 });
    expect(
      execFileSync(kubectl, ['--kubeconfig', file, 'get', 'ns', 'default', '-o', 'name'], { encoding: 'utf8' }),
    ).toBe('namespace/default\n');
  });
});

describe('what is refused', () => {
  it('runs nothing that a kubeconfig names, whatever is allowed', () => {
    const witness = join(folder, 'witness');
    const attacks = [
      {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: 'touch',
          args: [witness],
          interactiveMode: 'Never',
        },
      },
      {
        'auth-provider': {
          name: 'gcp',
          config: { 'cmd-path': 'sh', 'cmd-args': `-c "touch ${witness}"`, 'expiry-key': '{.e}' },
        },
      },
      { 'auth-provider': { name: 'gcp', config: { 'cmd-path': 'touch', 'cmd-args': `${witness};touch ${witness}` } } },
    ];
    for (const attack of attacks) {
      const [field = ''] = Object.keys(attack);
      const error = refusal(config({ ...USER, ...attack }), {
        allow: ['exec', 'auth-provider', 'tokenFile', 'paths'],
        readFile: () => '',
      });
      expect(error.details).toHaveLength(1);
      expect(error.details[0]?.en).toContain(`users[0].user.${field} (line `);
      expect(error.details[0]?.en).toContain(
        'never done in this version, however trusted; use a token or a client certificate',
      );
    }
    expect(existsSync(witness)).toBe(false);
  });

  it('lists everything that it refuses at once, with path and line', () => {
    const error = refusal(
      config(
        {
          tokenFile: '/canary',
          username: 'canary',
          password: 'canary',
          as: 'canary',
          'as-groups': ['canary'],
          'client-certificate': '/canary',
          'client-key': '/canary',
          surprise: 1,
        },
        {
          server: 'http://canary',
          'certificate-authority': '/canary',
          'insecure-skip-tls-verify': true,
          'proxy-url': 'http://canary',
        },
      ),
    );
    expect(lines(error)).toEqual([
      'clusters[0].cluster.certificate-authority (line 7)',
      'clusters[0].cluster.insecure-skip-tls-verify (line 8)',
      'clusters[0].cluster.proxy-url (line 9)',
      'users[0].user.tokenFile (line 13)',
      'users[0].user.username (line 14)',
      'users[0].user.password (line 15)',
      'users[0].user.as (line 16)',
      'users[0].user.as-groups (line 18)',
      'users[0].user.client-certificate (line 19)',
      'users[0].user.client-key (line 20)',
      'users[0].user.surprise (line 21)',
      'clusters[0].cluster.server (line 6)',
    ]);
    expect(error.text.ko).toContain('허용되지 않는 항목이 12개');
  });

  it.each(['username-password', 'insecure-skip-tls-verify', 'impersonation', 'proxy-url'] as const)(
    'can not be made to accept %s',
    (feature) => {
      const fields = { username: 'a', as: 'a' };
      const cluster = { ...CLUSTER, 'insecure-skip-tls-verify': true, 'proxy-url': 'x' };
      expect(refusal(config({ ...USER, ...fields }, cluster), { allow: [feature] }).details).toHaveLength(4);
    },
  );

  it('reads files only where that is allowed by name', () => {
    const asked: string[] = [];
    const readFile = (path: string): string => {
      asked.push(path);
      return path === 'token' ? 'canary-file-token\n' : CERTIFICATE;
    };
    const text = config({ tokenFile: 'token' }, { server: CLUSTER.server, 'certificate-authority': 'ca' });
    expect(lines(refusal(text, { allow: ['paths'], readFile }))).toEqual(['users[0].user.tokenFile (line 11)']);
    expect(asked).toEqual(['ca']);
    expect(read(text, { allow: ['paths', 'tokenFile'], readFile }).connection).toEqual({
      server: CLUSTER.server,
      caPem: CERTIFICATE,
      credential: { kind: 'token', token: 'canary-file-token' },
    });
  });

  it.each([
    ['no CA', config(USER, { server: CLUSTER.server }), 'clusters[0].cluster.certificate-authority-data'],
    ['no credential', config({}), 'users[0].user.token'],
    ['a CA that is not base64', config(USER, { ...CLUSTER, 'certificate-authority-data': 'canary!' }), 'PEM'],
    ['a CA that is a key', config(USER, { ...CLUSTER, 'certificate-authority-data': base64(KEY) }), 'PEM'],
    ['a token with a line break', config({ token: 'canary\r\nx: y' }), 'bearer token'],
    ['a token that is a number', config({ token: 12345 }), 'must be a string'],
    ['an address with a user', config(USER, { ...CLUSTER, server: 'https://canary:canary@h' }), 'https://host:port'],
  ])('refuses %s', (_what, text, words) => {
    expect(
      refusal(text)
        .details.map(({ en }) => en)
        .join('\n'),
    ).toContain(words);
  });

  it('names the contexts there are when the wished one is missing', () => {
    expect(refusal(config(), { context: 'y' }).text.en).toContain('no context named "y" in contexts; there are: "x"');
    expect(refusal(config().replace('current-context: x', 'current-context: ""')).text.en).toContain(
      'choose one of: "x"',
    );
  });

  it.each([
    ['aliases', 'a: &a [canary]\nb: *a\n', 'anchors or aliases'],
    ['an alias bomb', `a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]`, 'anchors or aliases'],
    ['duplicate keys', 'kind: Config\nkind: canary\n', 'DUPLICATE_KEY'],
    ['tags', 'kind: !!js/function canary\n', 'TAG_RESOLVE_FAILED'],
    ['two documents', `${config()}---\n${config()}`, 'MULTIPLE_DOCS'],
    ['deep brackets', '['.repeat(100_000), 'nested deeper'],
    ['deep dashes', '- '.repeat(100_000), 'nested deeper'],
    ['another kind', 'kind: Canary\n', 'kind does not have the expected form'],
    ['a list', '[]', 'is not a kubeconfig'],
    ['nothing', '', 'is not a kubeconfig'],
    ['too much', ' '.repeat(1024 * 1024 + 1), 'larger than 1 MiB'],
  ])('refuses %s', (_what, text, words) => {
    expect(refusal(text).text.en).toContain(words);
  });

  it('throws nothing but its own error, whatever it is given', () => {
    const key = fc.constantFrom(
      'apiVersion',
      'kind',
      'clusters',
      'users',
      'contexts',
      'current-context',
      'name',
      'cluster',
      'user',
      'context',
      'server',
      'token',
      'exec',
      'as',
      '__proto__',
      'constructor',
      'toString',
      '<<',
      'certificate-authority-data',
      '',
    );
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('c', 'u', 'x', 'v1', 'Config'),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
      ),
    }));
    const valid = config();
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      tree.map((value) => JSON.stringify(value) ?? ''),
      // A valid file with a part cut out or replaced.
      fc
        .tuple(
          fc.nat(valid.length),
          fc.nat(60),
          fc.constantFrom('', '*', '&a ', '[', '{', '"', '!!x ', '\t', '\u0000', '- - ', ': '),
        )
        .map(([at, length, instead]) => valid.slice(0, at) + instead + valid.slice(at + length)),
    );
    fc.assert(
      fc.property(text, (source) => {
        const outcome = outcomeOf(source);
        expect(outcome instanceof Error && !isTestbedError(outcome, 'KubeconfigRefused')).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('files', () => {
  it('follows KUBECONFIG to one file, and merges none', () => {
    expect(kubeconfigPath({ KUBECONFIG: `${delimiter}/a${delimiter}` }, '/home/me')).toBe('/a');
    expect(kubeconfigPath({}, '/home/me')).toBe(join('/home/me', '.kube', 'config'));
    expect(() => kubeconfigPath({ KUBECONFIG: `/a${delimiter}/b` }, '/home/me')).toThrow(
      'KUBECONFIG names 2 files and they are not merged; name one of them',
    );
  });

  it('finds files that are named in it beside it', () => {
    const file = join(folder, 'config');
    writeFileSync(join(folder, 'token'), 'canary-token\n');
    writeFileSync(file, config({ tokenFile: 'token' }));
    expect(readKubeconfig(file, { allow: ['tokenFile'] }).connection.credential).toEqual({
      kind: 'token',
      token: 'canary-token',
    });
  });

  it('refuses what is no regular file at once', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(() => readKubeconfig(pipe)).toThrow('is not a regular file of at most 1 MiB');
    expect(() => readKubeconfig(folder)).toThrow('is not a regular file of at most 1 MiB');
    expect(() => readKubeconfig(join(folder, 'none'))).toThrow('cannot be read (ENOENT)');
  });
});
