import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { takeClaim } from '../../engine/claims/claim';
import { readClaim } from '../../engine/claims/claim-document';
import { openDirectoryStore } from '../../engine/store/directory';
import type { DocumentStore } from '../../engine/store/types';
import { currentProcess, type ProcessIdentity } from '../../host/process-identity';
import { createClient } from '../../kubernetes/client';
import type { KubernetesClient } from '../../kubernetes/types';
import { down } from '../../operations/down';
import { operationSecret } from '../../operations/operation-fence';
import { orphans } from '../../operations/orphans';
import { openRecords } from '../../operations/records';
import { upSpec } from '../../operations/up';
import { testSurroundings } from '../support/cluster';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';
import { testbedRecord } from '../support/testbed-record';

let site: TestSite;
let store: DocumentStore;
let admin: KubernetesClient;
beforeAll(() => {
  site = openTestSite();
  store = openDirectoryStore(join(site.home, 'store'));
  admin = createClient(testSurroundings().connection);
});
afterAll(async () => {
  await admin.close();
  await store.close();
  await site.close();
});

function newId(): string {
  return `tb-${randomBytes(3).toString('hex')}`;
}

async function endedProcess(): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await once(child, 'exit');
  return { ...currentProcess(), pid: child.pid ?? 0 };
}

/** What an operation leaves that has finished while nobody could reach the cluster. */
async function leaveOwing(): Promise<string> {
  const stack = newId();
  const claim = await takeClaim({ store, stack, purpose: 'up' });
  claim.owesCredential();
  await claim.giveBack('forget');
  await admin.create(operationSecret(stack, 1, 'up'));
  return stack;
}

/** What an operation leaves that was killed after it had asked for its token. */
async function leaveBehind(process: ProcessIdentity): Promise<string> {
  const stack = newId();
  await takeClaim({ store, stack, purpose: 'up', process });
  await admin.create(operationSecret(stack, 1, 'up'));
  return stack;
}

async function secretsOf(stack: string): Promise<string[]> {
  const names: string[] = [];
  const selection = { namespace: 'testbed-system', labelSelector: `testbed.io/operation=${stack}`, metadataOnly: true };
  for await (const { metadata } of admin.list('v1', 'Secret', selection)) names.push(metadata.name);
  return names;
}

it('a sweep ends what dead operations left, and those that could not end it, and touches nothing of a living one, of another site, or of a testbed on record but its dead Secret', async () => {
  const dead = await endedProcess();
  const [tried, ended, standing, living] = [
    await leaveBehind(dead),
    await leaveBehind(dead),
    await leaveBehind(dead),
    await leaveBehind(currentProcess()),
  ];
  const owing = await leaveOwing();
  // Killed between the two writes that reserve a name: who bears the id is written, the record is not.
  const half = await leaveBehind(dead);
  await store.write(`records/ids/${half}`, Buffer.from(JSON.stringify({ version: 1, name: 'sweep-half' })), 'absent');
  const foreign = newId();
  await admin.create(operationSecret(foreign, 1, 'up'));
  const records = openRecords(store);
  await records.reserve(testbedRecord('sweep-ended', ended));
  await records.end(testbedRecord('sweep-ended', ended, { infrastructure: 'destroyed' }));
  await records.reserve(testbedRecord('sweep-standing', standing));

  await orphans({ ids: [newId()], ...site.target }, site.surroundings);
  const stacks = { tried, ended, owing, half, standing, living, foreign };
  const left: Record<string, readonly [number, string | undefined]> = {};
  for (const [name, stack] of Object.entries(stacks))
    left[name] = [(await secretsOf(stack)).length, (await readClaim(store, stack))?.claim.state];
  expect(left).toEqual({
    tried: [0, undefined],
    ended: [0, undefined],
    owing: [0, undefined],
    half: [0, undefined],
    standing: [0, 'held'],
    living: [1, 'held'],
    foreign: [1, undefined],
  });
  for (const stack of [living, foreign])
    await admin.delete({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: 'testbed-system',
      name: `operation-${stack}-1`,
    });
});

it('a down has nothing left on the cluster when the record ends', async () => {
  const name = `sweep-${randomBytes(3).toString('hex')}`;
  const { id } = (await upSpec(specOf({ name }), site.target, site.surroundings)).testbed;
  const seen: string[][] = [];
  const watching: DocumentStore = {
    ...store,
    place: store.place,
    read: (key) => store.read(key),
    list: (prefix) => store.list(prefix),
    end: (key, version) => store.end(key, version),
    close: () => store.close(),
    write: async (key, content, expected) => {
      if (key === `records/ended/${id}`) seen.push(await secretsOf(id));
      return store.write(key, content, expected);
    },
  };
  await down({ name, ...site.target }, { ...site.surroundings, store: watching });
  expect(seen).toEqual([[]]);
  expect(await readClaim(store, id)).toBeUndefined();
});
