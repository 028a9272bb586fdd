import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sourcesList } from '../../../platform/images/debian-sources';

function host(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'testbed-sources-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'etc/apt/sources.list.d'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, 'etc/apt', name), content);
  return root;
}

describe("the host's own sources", () => {
  test('are taken for the suite, from both formats, other vendors and components left out', () => {
    const root = host({
      'sources.list': [
        '# deb http://old.example/debian bookworm main',
        'deb [arch=amd64 signed-by=/keys/site.gpg] https://mirror.example/debian bookworm main contrib',
        'deb-src https://mirror.example/debian bookworm main',
        'deb https://vendor.example/repository stable main',
      ].join('\n'),
      'sources.list.d/security.sources': [
        'Types: deb',
        '# a remark',
        'URIs: https://mirror.example/security',
        'Suites: bookworm-security trixie-security',
        'Components: main',
        'Trusted: yes',
        'Signed-By: /keys/security.gpg',
        '',
        'Types: deb',
        'URIs: https://off.example/debian',
        'Suites: bookworm',
        'Components: main',
        'Enabled: no',
      ].join('\n'),
    });
    expect(sourcesList('bookworm', {}, root)).toBe(
      [
        'Types: deb',
        'URIs: https://mirror.example/debian',
        'Suites: bookworm',
        'Components: main',
        'Signed-By: /keys/site.gpg',
        '',
        'Types: deb',
        'URIs: https://mirror.example/security',
        'Suites: bookworm-security',
        'Components: main',
        'Signed-By: /keys/security.gpg',
        '',
      ].join('\n'),
    );
  });

  test('may hold the key itself', () => {
    const key = ' -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----';
    const root = host({
      'sources.list.d/d.sources': `Types: deb\nURIs: http://m.example/debian\nSuites: bookworm\nComponents: main\nSigned-By:\n${key}\n`,
    });
    expect(sourcesList('bookworm', {}, root)).toContain(`Signed-By:\n${key}\n`);
  });

  test('without Debian of that suite there is a hint at the mirror', () => {
    const root = host({ 'sources.list': 'deb http://archive.example/ubuntu noble main\n' });
    expect(() => sourcesList('bookworm', {}, root)).toThrow(
      "this machine's apt sources name no Debian bookworm (component main)",
    );
  });
});

describe('a mirror that is named', () => {
  const keyring = __filename;

  test('stands for the archive, its security archive beside it', () => {
    const environment = { TESTBED_DEBIAN_MIRROR: 'https://mirror.example/debian/', TESTBED_DEBIAN_KEYRING: keyring };
    expect(sourcesList('bookworm', environment)).toBe(
      [
        'Types: deb',
        'URIs: https://mirror.example/debian',
        'Suites: bookworm bookworm-updates',
        'Components: main',
        `Signed-By: ${keyring}`,
        '',
        'Types: deb',
        'URIs: https://mirror.example/debian-security',
        'Suites: bookworm-security',
        'Components: main',
        `Signed-By: ${keyring}`,
        '',
      ].join('\n'),
    );
  });

  test('may have its security archive elsewhere', () => {
    const environment = {
      TESTBED_DEBIAN_MIRROR: 'https://mirror.example/main http://other.example/security',
      TESTBED_DEBIAN_KEYRING: keyring,
    };
    expect(sourcesList('bookworm', environment)).toContain('URIs: http://other.example/security\n');
  });

  test.each([
    'https://user:secret@mirror.example/debian',
    'ftp://mirror.example/debian',
    'https://mirror.example/debian?token=secret',
    'https://mirror.example/[trusted=yes]',
    'mirror.example/debian',
  ])('is refused as %s, without repeating it', (mirror) => {
    const attempt = (): string =>
      sourcesList('bookworm', { TESTBED_DEBIAN_MIRROR: mirror, TESTBED_DEBIAN_KEYRING: keyring });
    expect(attempt).toThrow('the Debian mirror (TESTBED_DEBIAN_MIRROR) must be');
    expect(attempt).not.toThrow('secret');
  });

  test('needs a keyring', () => {
    const environment = { TESTBED_DEBIAN_MIRROR: 'https://m.example/debian', TESTBED_DEBIAN_KEYRING: '/no/such.gpg' };
    expect(() => sourcesList('bookworm', environment)).toThrow('the keyring /no/such.gpg is not there');
  });
});
