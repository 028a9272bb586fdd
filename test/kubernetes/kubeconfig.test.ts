import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createClient } from '../../kubernetes/client';
import { writeKubeconfig } from '../../kubernetes/kubeconfig';
import { kubeconfigPath, readKubeconfig } from '../../kubernetes/kubeconfig-file';
import { testSurroundings } from '../support/cluster';
import { CERTIFICATE, KEY, base64, CLUSTER, USER, config, read } from './support/kubeconfig-text';

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
