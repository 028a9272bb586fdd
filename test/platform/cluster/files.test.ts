import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterLayout } from '../../../platform/cluster/layout';
import { ensurePrivateFolder, fileError, writePrivateFile } from '../../../platform/cluster/private-files';
import { ensureInstance, readInstance, readRecord } from '../../../platform/cluster/record/cluster-record';
import { lastWords, rotateLog } from '../../../platform/cluster/supervisor/log-files';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('private files', () => {
  it('are replaced as a whole, for their user only', () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'old', { mode: 0o644 });
    writePrivateFile(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('refuse a folder that is a link to another place', () => {
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'));
    expect(() => ensurePrivateFolder(join(folder, 'link'))).toThrow(`${join(folder, 'link')} is not safe for keys`);
  });

  it.each([
    ['ENOSPC', 'NoSpace', 'no space left on the device that holds /x/y'],
    ['EDQUOT', 'NoSpace', 'no space left on the device that holds /x/y'],
    ['EACCES', 'NoPermission', "the cluster's directory can't be written: /x/y"],
    ['EROFS', 'NoPermission', "the cluster's directory can't be written: /x/y"],
  ])('say what %s means', (code, ours, message) => {
    const cause = Object.assign(new Error(code), { code });
    expect(fileError(cause, '/x/y')).toMatchObject({ code: ours, message, cause });
  });
});

describe('the record', () => {
  it.each([
    ['no JSON', '{', 'it is not JSON'],
    ['another version', '{"version":2}', 'version: '],
    [
      'a port out of range',
      '{"version":1,"created":"2026-03-01T00:00:00Z","ports":{"apiServer":80}}',
      'ports.apiServer: ',
    ],
  ])('names what is wrong with %s', (_, content, why) => {
    const layout = clusterLayout(folder);
    writeFileSync(layout.record, content);
    expect(() => readRecord(layout)).toThrow(`${layout.record} can't be understood: ${why}`);
  });

  it('keeps the token that proves what is ours apart, made once', () => {
    const layout = clusterLayout(folder);
    expect(readInstance(layout)).toBeUndefined();
    const token = ensureInstance(layout);
    expect(token).toMatch(/^[0-9a-f]{32}$/);
    expect(ensureInstance(layout)).toBe(token);
    writeFileSync(layout.instance, 'short');
    expect(() => readInstance(layout)).toThrow('it does not hold 32 hexadecimal digits');
  });
});

describe('logs', () => {
  it('are bounded: three older ones are kept, and who appends goes on in the same file', () => {
    const path = join(folder, 'etcd.log');
    rotateLog(path, 10);
    for (let round = 1; round <= 6; round++) {
      appendFileSync(path, `${'x'.repeat(11)}${round}`);
      rotateLog(path, 10);
    }
    expect(readdirSync(folder).toSorted()).toEqual(['etcd.log', 'etcd.log.1', 'etcd.log.2', 'etcd.log.3']);
    expect(statSync(path).size).toBe(0);
    expect(readFileSync(`${path}.1`, 'utf8')).toMatch(/6$/);
    expect(readFileSync(`${path}.3`, 'utf8')).toMatch(/4$/);
  });

  it('tell the complaint and not the stack that follows it', () => {
    const path = join(folder, 'log');
    expect(lastWords(path, 3)).toEqual([]);
    writeFileSync(path, 'I0301 starts\nE0301 12:00 "command failed" err="no port"\ngoroutine 1\n\tmain.go:1\n');
    expect(lastWords(path, 3)).toEqual(['E0301 12:00 "command failed" err="no port"']);
    writeFileSync(
      path,
      '{"level":"panic","msg":"failed to open database","error":"invalid","stacktrace":"a\\nb"}\nmore\n',
    );
    expect(lastWords(path, 3)).toEqual(['failed to open database: invalid']);
    writeFileSync(path, 'one\ntwo \u001b[31m\nthree\n');
    expect(lastWords(path, 2)).toEqual(['two ?[31m', 'three']);
  });
});
