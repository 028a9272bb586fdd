import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isTestbedError } from '../../errors';
import {
  CERTIFICATE,
  KEY,
  base64,
  CLUSTER,
  USER,
  config,
  read,
  refusal,
  outcomeOf,
  lines,
} from './support/kubeconfig-text';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

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
