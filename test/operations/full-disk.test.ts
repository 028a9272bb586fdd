import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createClient } from '../../kubernetes/client';
import type { TestbedRecord } from '../../operations/records';
import type { Finished } from '../scripts/run-cli';
import { cliOnCluster, writeSpec } from '../support/cli-on-cluster';
import { testSurroundings } from '../support/cluster';
import { openSeveredApi } from '../support/severed-api';
import { withRecords } from '../support/site-records';
import { openSmallDisk, wayToMount, type SmallDisk } from '../support/small-disk';

// The real command on a disk that is really full: a tmpfs of 1 MiB in a mount namespace of the test. What ext4, a quota or NFS answers
// is not tried, nor a full disk under the embedded cluster's own data.
const WHERE = `on a full disk (tmpfs ${wayToMount()?.title ?? 'that this machine does not let us mount'})`;
/** The engine tries to write its state again for half a minute. */
const ENGINE_GIVES_UP_MS = 180_000;

const admin = createClient(testSurroundings().connection);
const made: string[] = [];
afterAll(async () => {
  // What `down` does in order is tested elsewhere; here only nothing may stay.
  for (const id of made) {
    const labelSelector = `testbed.io/testbed=${id}`;
    for await (const { metadata } of admin.list('v1', 'ServiceAccount', { namespace: 'testbed-access', labelSelector }))
      await admin.delete({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        namespace: 'testbed-access',
        name: metadata.name,
      });
    await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: id });
  }
  await admin.close();
});

async function recordOf(disk: SmallDisk, name: string): Promise<TestbedRecord | undefined> {
  const found = await withRecords(join(disk.outside, 'site'), (records) => records.find(name));
  if (found !== undefined && !made.includes(found.id)) made.push(found.id);
  return found;
}

/** That it failed with one message that names a path below `folder`, and the way out. */
function expectNoSpace({ code, stdout, stderr }: Finished, path: string): void {
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^error: /m)]);
  const [error = '', hint = '', ...more] = stderr.split('\n').slice(-3);
  expect(error).toMatch(/^error: no space left on the disk to write /);
  expect(error.slice('error: no space left on the disk to write '.length)).toContain(path);
  expect(hint).toMatch(/^hint: free space, then run the same command again; look: df -h \//);
  expect([more, stderr.match(/^(?:error|warning):/gm)]).toEqual([[''], ['error:']]);
}

/** Files that nobody finished, and locks that nobody holds. */
function remains(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => /\.half$|halves\.tmp\/|locks\/.*\.json$/.test(file));
}

test.concurrent(
  `${WHERE} init, up and connect name the path and the way out, leave nothing half-written, and work when there is room`,
  async () => {
    await using disk = await openSmallDisk();
    const name = `full-${randomBytes(3).toString('hex')}`;
    const { run } = cliOnCluster({ folder: disk.folder, kubeconfig: testSurroundings().kubeconfig, enter: disk.enter });
    writeSpec(disk.outside, name);
    mkdirSync(join(disk.outside, 'tmp'));

    disk.fill();
    expectNoSpace(await run(['init', '-f', 'new.yaml']), join(disk.folder, 'new.yaml'));
    const korean = await run(['init', '-f', 'new.yaml', '--lang', 'ko']);
    expect([korean.code, korean.stderr]).toEqual([
      1,
      `오류: ${disk.folder}/new.yaml을(를) 쓸 디스크 공간이 없습니다\n해결: 공간을 확보한 뒤 같은 명령을 다시 실행하세요. 확인: df -h ${disk.folder}\n`,
    ]);
    expectNoSpace(await run(['up']), join(disk.folder, 'site', 'store'));
    expect(await recordOf(disk, name)).toBeUndefined();

    // Room for a claim, then for a record too: a later write finds the disk full.
    for (const room of [4096, 8192]) {
      disk.fill(room);
      expectNoSpace(await run(['up']), join(disk.folder, 'site'));
      expect(remains(disk.outside)).toEqual([]);
    }
    disk.fill();
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'testbed-roomy-')));
    try {
      const roomy = cliOnCluster({ folder: elsewhere, kubeconfig: testSurroundings().kubeconfig, enter: disk.enter });
      writeSpec(elsewhere, `${name}-too`);
      const temporary = join(disk.folder, 'tmp');
      expectNoSpace(await roomy.run(['up'], { TMPDIR: temporary }), join(temporary, 'testbed-operation-'));
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
    expect(readdirSync(join(disk.outside, 'tmp'))).toEqual([]);

    disk.makeRoom();
    const up = await run(['up', '-o', 'json']);
    expect([up.code, JSON.parse(up.stdout)]).toMatchObject([0, { testbed: { infrastructure: 'ready' } }]);
    await recordOf(disk, name);

    const kubeconfig = join(disk.outside, `${name}.kubeconfig`);
    disk.fill();
    expectNoSpace(await run(['connect', name]), join(disk.folder, `${name}.kubeconfig`));
    expect([existsSync(kubeconfig), remains(disk.outside)]).toEqual([false, []]);
    disk.makeRoom();
    expect((await run(['connect', name])).code).toBe(0);
    const before = readFileSync(kubeconfig, 'utf8');
    disk.fill();
    expectNoSpace(await run(['connect', name]), join(disk.folder, `${name}.kubeconfig`));
    expect([readFileSync(kubeconfig, 'utf8'), statSync(kubeconfig).mode & 0o777]).toEqual([before, 0o600]);
  },
  ENGINE_GIVES_UP_MS,
);

test.concurrent(
  `${WHERE} that fills up while the engine works the state stays readable, and the next up takes up what was made`,
  async () => {
    await using disk = await openSmallDisk();
    await using api = await openSeveredApi();
    const name = `fills-${randomBytes(3).toString('hex')}`;
    const { run } = cliOnCluster({ folder: disk.folder, kubeconfig: api.kubeconfig, enter: disk.enter });
    writeSpec(disk.outside, name);
    void api.cut((seen) => {
      if (seen.endsWith('/networkpolicies/default-deny')) disk.fill();
      return false;
    }, true);
    // The engine itself leaves the part of its state that it could write, in the operation's own folder: that is never published.
    mkdirSync(join(disk.outside, 'tmp'));
    const full = await run(['up'], { TMPDIR: join(disk.folder, 'tmp') });
    const id = (await recordOf(disk, name))?.id ?? '';
    expectNoSpace(full, `${disk.folder}/`);
    expect([remains(disk.outside), readdirSync(join(disk.outside, 'tmp'))]).toEqual([[], []]);

    await api.restore();
    disk.makeRoom();
    const again = await run(['up', '-o', 'json']);
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([0, { testbed: { id, infrastructure: 'ready' } }]);
  },
  ENGINE_GIVES_UP_MS,
);
