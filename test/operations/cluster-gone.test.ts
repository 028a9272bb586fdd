import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { createClient } from '../../kubernetes/client';
import type { KubernetesObject } from '../../kubernetes/types';
import type { TestbedRecord } from '../../operations/records';
import type { Finished } from '../scripts/run-cli';
import { cliOnCluster, writeSpec, type CliOnCluster } from '../support/cli-on-cluster';
import { testSurroundings } from '../support/cluster';
import { openSeveredApi, type SeveredApi } from '../support/severed-api';
import { withRecords } from '../support/site-records';

// The real command against the run's real API server, by way of a server that goes away at a chosen request (what it stands in for: there).

/** Longer than any of these calls takes, shorter than any wait for readiness: nothing hangs. */
const BOUND_MS = 30_000;
const WHY = '(?:nothing listens there \\(connection refused\\)|it closed the connection before it answered)';
const WHY_KO = '(?:해당 주소에서 응답하는 서버가 없습니다 \\(연결 거부\\)|응답하기 전에 연결을 끊었습니다)';

const admin = createClient(testSurroundings().connection);
let folder: string;
let name: string;
let api: SeveredApi;
let cli: CliOnCluster;
beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'testbed-gone-')));
  name = `gone-${randomBytes(3).toString('hex')}`;
  api = await openSeveredApi();
  cli = cliOnCluster({ folder, kubeconfig: api.kubeconfig });
  writeSpec(folder, name);
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => admin.close());

async function record(): Promise<TestbedRecord | undefined> {
  return withRecords(join(folder, 'site'), (records) => records.find(name));
}

/** Runs a call during which the cluster goes away at the first request that matches, which still reaches it unless told otherwise. */
async function cutAt(request: RegExp, argv: readonly string[], reaches = true): Promise<Finished> {
  const gone = api.cut((seen) => request.test(seen), reaches);
  const began = performance.now();
  const done = await cli.run(argv);
  expect(performance.now() - began).toBeLessThan(BOUND_MS);
  await gone;
  await api.restore();
  return done;
}

/** That it failed with this one message and nothing else that is an error: no stack, no second complaint. */
function expectOneError({ code, stdout, stderr }: Finished, error: RegExp): void {
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(error)]);
  expect(stderr.match(/^(?:error|warning|오류|경고):/gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
}

async function ownerSecret(id: string): Promise<KubernetesObject | undefined> {
  return admin.get({ apiVersion: 'v1', kind: 'Secret', namespace: id, name: 'database-owner' });
}

test('up on a cluster that does not answer names it and the way out, in both languages, and touches nothing', async () => {
  await api.cutNow();
  const said = (words: string): RegExp => new RegExp(`^${words}\n$`);
  expectOneError(
    await cli.run(['up']),
    said(
      `error: cannot use the API server ${api.server}: ${WHY}\nhint: nothing was touched; when it answers, run the same command again; look: testbed doctor --context testbed-admin`,
    ),
  );
  expectOneError(
    await cli.run(['up', '--lang', 'ko']),
    said(
      `오류: API 서버 ${api.server}을\\(를\\) 사용할 수 없습니다: ${WHY_KO}\n해결: 변경된 것은 없습니다. 클러스터가 응답하면 같은 명령을 다시 실행하세요. 확인: testbed doctor --context testbed-admin`,
    ),
  );
  expect(await record()).toBeUndefined();
  await api.restore();
});

test('up and down whose cluster goes away at any point say so once, and the same command goes on with the same id and passwords', async () => {
  const wentAway = new RegExp(
    `\nerror: the cluster went away while '${name}' was provisioned: cannot use the API server ${api.server}: ${WHY}\nhint: when it answers again, run the same command: it goes on where it stopped; look: testbed doctor --context testbed-admin\n$`,
  );
  const lines = (done: Finished): Finished => ({ ...done, stderr: `\n${done.stderr}` });

  // Before anything of it exists: only its name is taken.
  expectOneError(lines(await cutAt(/^PATCH \/api\/v1\/namespaces\/tb-[a-z0-9]{6}$/, ['up'], false)), wentAway);
  const id = (await record())?.id ?? '';
  expect([(await record())?.infrastructure, id]).toEqual(['failed', expect.stringMatching(/^tb-[a-z0-9]{6}$/)]);
  expect(await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: id })).toBeUndefined();

  // The answers about the passwords' Secret and all that was under way are lost; the API server did what it was asked.
  expectOneError(lines(await cutAt(/^PATCH .*\/secrets\/database-owner$/, ['up'])), wentAway);
  expect([(await record())?.infrastructure, (await record())?.id]).toEqual(['failed', id]);
  const made = await ownerSecret(id);
  expect(made?.metadata.uid).toBeDefined();

  // Its result is whole, only the credential could not be taken back: its own, the third; it begins by ending those of the runs before it.
  const again = await cutAt(/^DELETE .*\/secrets\/operation-.*-3$/, ['up']);
  expect([again.code, again.stderr.match(/^error:/gm)]).toEqual([0, null]);
  expect(again.stderr).toMatch(
    /^warning: it is done, but its credential could not be taken back and ends by itself within an hour: /m,
  );
  expect([(await record())?.infrastructure, (await record())?.id]).toEqual(['ready', id]);
  const kept = await ownerSecret(id);
  expect([kept?.metadata.uid, kept?.['data']]).toEqual([made?.metadata.uid, made?.['data']]);

  const halfEnded = await cutAt(new RegExp(`^DELETE /api/v1/namespaces/${id}$`), [
    'down',
    name,
    '--yes',
    '--lang',
    'ko',
  ]);
  expectOneError(
    lines(halfEnded),
    new RegExp(
      `\n오류: '${name}'을\\(를\\) 종료하는 동안 클러스터가 응답하지 않게 되었습니다: API 서버 ${api.server}을\\(를\\) 사용할 수 없습니다: ${WHY_KO}\n해결: 클러스터가 다시 응답하면 같은 명령을 실행하세요. 중단된 곳부터 이어서 진행합니다. 확인: testbed doctor --context testbed-admin\n$`,
    ),
  );
  expect([(await record())?.infrastructure, (await record())?.id]).toEqual(['destroying', id]);

  const ended = await cli.run(['down', name, '--yes', '-o', 'json']);
  expect([ended.code, JSON.parse(ended.stdout)]).toMatchObject([
    0,
    { testbed: { id }, emptiness: { objectsFound: 0 } },
  ]);
  expect(existsSync(join(folder, 'site', 'state', '.pulumi', 'stacks', 'testbed', `${id}.json`))).toBe(false);
}, 180_000);
