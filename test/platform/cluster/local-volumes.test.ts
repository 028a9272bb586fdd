import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../../kubernetes/client';
import { fieldsAt, stringAt } from '../../../kubernetes/json';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { volumePlace, type VolumePlace } from '../../../platform/cluster/storage/local-place';
import { LOCAL_STORAGE_RULES } from '../../../platform/cluster/storage/local-rules';
import { runLocalStorage } from '../../../platform/cluster/storage/local-storage';
import { LocalStore } from '../../../platform/cluster/storage/local-store';
import type { StorageStatus } from '../../../platform/cluster/storage/rounds';
import { testSurroundings } from '../../support/cluster';
import { needMounts, openMountNamespace, type MountNamespace } from '../../support/mount-namespace';

const MEBIBYTE = 2 ** 20;
const areMounted = needMounts();
const { connection } = testSurroundings();
const { signal } = new AbortController();

/** A provisioner at work. */
interface Provisioner {
  readonly status: StorageStatus;
  stop(): Promise<void>;
}

describe('the provisioner of local volumes', () => {
  const tag = randomBytes(4).toString('hex');
  const namespace = `local-volumes-${tag}`;
  const admin = createClient(connection);
  let token = '';
  let folder: string;
  let place: VolumePlace;
  let node: MountNamespace;
  let running: Provisioner[] = [];

  const own = (kind: string, name: string, more: Record<string, unknown>): KubernetesObject => ({
    apiVersion: kind.startsWith('ClusterRole') ? 'rbac.authorization.k8s.io/v1' : 'v1',
    kind,
    metadata: { name },
    ...more,
  });

  beforeAll(async () => {
    await admin.create(own('Namespace', namespace, {}));
    // The same rights as in a cluster, under a name of this run.
    await admin.create({ ...own('ServiceAccount', 'storage', {}), metadata: { name: 'storage', namespace } });
    await admin.create(own('ClusterRole', namespace, { rules: LOCAL_STORAGE_RULES }));
    await admin.create(
      own('ClusterRoleBinding', namespace, {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: namespace },
        subjects: [{ kind: 'ServiceAccount', name: 'storage', namespace }],
      }),
    );
    const asked = await admin.raw('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/storage/token`, {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } },
    });
    token = stringAt(fieldsAt(asked.body, 'status'), 'token') ?? '';
  });

  afterAll(async () => {
    const rbac = 'rbac.authorization.k8s.io/v1';
    await admin.delete({ apiVersion: rbac, kind: 'ClusterRoleBinding', name: namespace });
    await admin.delete({ apiVersion: rbac, kind: 'ClusterRole', name: namespace });
    await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    await admin.close();
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'testbed-volumes-'));
    place = volumePlace({ directory: folder });
    node = await openMountNamespace();
    running = [];
  });

  afterEach(async () => {
    if (!areMounted) return;
    // Those who hold a volume go first, or it waits for them.
    const pods = { apiVersion: 'v1', kind: 'Pod', namespace };
    for await (const { metadata } of admin.list('v1', 'Pod', { namespace }))
      await admin.delete({ ...pods, name: metadata.name }, { gracePeriodSeconds: 0 });
    for await (const { metadata } of admin.list('v1', 'PersistentVolumeClaim', { namespace }))
      await admin.delete({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: metadata.name });
    if (running.every(({ status }) => status.state === 'stopped')) provision();
    while ((await ours()).length > 0) await setTimeout(50);
    for (const provisioner of running) await provisioner.stop();
    await node.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function provision(
    options: {
      store?: LocalStore;
      reserveBytes?: number;
      measureEverySeconds?: number;
    } = {},
  ): Provisioner {
    const ending = new AbortController();
    const status: StorageStatus = { state: 'starting', restarts: 0 };
    const connect = (): KubernetesClient => createClient({ ...connection, credential: { kind: 'token', token } });
    const store = options.store ?? new LocalStore(place, node.run);
    const done = runLocalStorage({ reserveBytes: 0, ...options, store, connect }, status, ending.signal);
    const provisioner: Provisioner = {
      status,
      stop: async () => {
        ending.abort();
        await done;
      },
    };
    running.push(provisioner);
    return provisioner;
  }

  async function claim(name: string, spec: Record<string, unknown> = {}): Promise<KubernetesObject> {
    return admin.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace },
      spec: {
        storageClassName: 'local',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '16Mi' } },
        ...spec,
      },
    });
  }

  const read = (kind: string, name: string): Promise<KubernetesObject | undefined> =>
    admin.get({ apiVersion: 'v1', kind, name, ...(kind === 'PersistentVolume' ? {} : { namespace }) });

  const phase = async (kind: string, name: string): Promise<string | undefined> =>
    stringAt(fieldsAt(await read(kind, name), 'status'), 'phase');

  const isBound = (name: string): Promise<void> =>
    expect.poll(() => phase('PersistentVolumeClaim', name), { interval: 20, timeout: 20_000 }).toBe('Bound');

  /** A pod that may write into the volume of a claim; nothing runs it here. */
  const writer = (claimName: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: claimName, namespace },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: 'writer', image: 'writer', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    },
  });

  const budget = (): Promise<KubernetesObject | undefined> =>
    admin.get({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', namespace, name: 'greedy' });

  /** The names of the cluster's volumes for claims of this test. */
  async function ours(): Promise<string[]> {
    const names: string[] = [];
    for await (const volume of admin.list('v1', 'PersistentVolume'))
      if (stringAt(fieldsAt(volume, 'spec', 'claimRef'), 'namespace') === namespace) names.push(volume.metadata.name);
    return names;
  }

  async function events(claimUid: string | undefined): Promise<string[]> {
    const told: string[] = [];
    for await (const event of admin.list('v1', 'Event', { namespace, fieldSelector: `involvedObject.uid=${claimUid}` }))
      if (stringAt(event, 'reportingComponent') === 'testbed.io/local')
        told.push(`${stringAt(event, 'reason')}: ${stringAt(event, 'message')}`);
    return told;
  }

  const sh = async (script: string): Promise<string> => (await node.run(['sh', '-c', script], { signal })).stdout;

  const pathOf = async (claimName: string): Promise<string> => {
    const bound = await read('PersistentVolumeClaim', claimName);
    const volume = await read('PersistentVolume', stringAt(fieldsAt(bound, 'spec'), 'volumeName') ?? '');
    return stringAt(fieldsAt(volume, 'spec', 'local'), 'path') ?? '';
  };

  const onDisk = (): string[] => readdirSync(place.volumes).filter((entry) => entry.startsWith('local-'));

  it('binds a claim to a volume that ends with it, and leaves nothing', async () => {
    provision();
    const { metadata } = await claim('data');
    await isBound('data');
    expect(await read('PersistentVolume', `local-${metadata.uid}`)).toMatchObject({
      metadata: { annotations: { 'testbed.io/quota': 'enforced' } },
      spec: { capacity: { storage: '16Mi' }, claimRef: { uid: metadata.uid, name: 'data', namespace } },
    });
    await sh(`echo kept > ${await pathOf('data')}/file`);
    expect(onDisk()).toEqual([`local-${metadata.uid}.img`]);
    await admin.delete({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: 'data' });
    await expect.poll(ours, { timeout: 20_000 }).toEqual([]);
    expect(onDisk()).toEqual([]);
    expect(readdirSync(place.mounts)).toEqual([]);
    expect(await sh(`grep -c ${folder} /proc/self/mountinfo || true`)).toBe('0\n');
  });

  it('says why a claim gets nothing, once, and makes nothing for it', async () => {
    const { metadata } = await claim('block', { volumeMode: 'Block' });
    const big = await claim('big', { resources: { requests: { storage: '1Ti' } } });
    provision({ measureEverySeconds: 0.1 });
    await expect
      .poll(() => events(metadata.uid), { timeout: 20_000 })
      .toEqual(['VolumeRefused: volume mode Block is not offered: ask for Filesystem']);
    await expect
      .poll(() => events(big.metadata.uid), { timeout: 20_000 })
      .toEqual([
        expect.stringMatching(/^VolumeNoRoom: the node's disk has \d+ MiB for volumes .* asks for 1048576 MiB/),
      ]);
    await claim('fine');
    await isBound('fine');
    expect(await events(metadata.uid)).toHaveLength(1);
    expect(onDisk()).toHaveLength(1);
  });

  it('makes a claim wait for room, and goes on when there is some', async () => {
    const options = { reserveBytes: 2 ** 50, measureEverySeconds: 0.1 };
    const full = provision(options);
    const { metadata } = await claim('data');
    await expect.poll(() => events(metadata.uid), { timeout: 20_000 }).toHaveLength(1);
    await full.stop();
    provision();
    await isBound('data');
  });

  it('takes up what an earlier one left halfway: claims, files without volumes, volumes whose claims are gone', async () => {
    const stopped = new LocalStore(place, node.run);
    await stopped.prepare(signal);
    const first = provision({ store: stopped });
    const kept = await claim('kept');
    await claim('left');
    await isBound('kept');
    await isBound('left');
    await sh(`echo kept > ${await pathOf('kept')}/file`);
    await first.stop();
    await admin.delete({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: 'left' });
    const waiting = await claim('waiting');
    const wanted = (uid: string, bytes: number) => ({
      name: `local-${uid}`,
      claim: { namespace, name: 'x', uid },
      bytes,
      accessModes: ['ReadWriteOnce'],
    });
    // Files of a claim that is gone, and of one that still waits for its volume.
    await stopped.make(wanted('00000000-1111-4222-8333-444444444444', 16 * MEBIBYTE), signal);
    await stopped.make(wanted(waiting.metadata.uid ?? '', 16 * MEBIBYTE), signal);
    await node.close();
    node = await openMountNamespace();
    provision();
    await isBound('waiting');
    await expect
      .poll(onDisk, { timeout: 20_000 })
      .toEqual([`local-${kept.metadata.uid}.img`, `local-${waiting.metadata.uid}.img`].toSorted());
    expect(await sh(`cat ${await pathOf('kept')}/file`)).toBe('kept\n');
    expect((await ours()).toSorted()).toEqual(
      [`local-${kept.metadata.uid}`, `local-${waiting.metadata.uid}`].toSorted(),
    );
  });

  it('ends nothing of another cluster’s files', async () => {
    const store = new LocalStore(place, node.run);
    const foreign = '00000000-1111-4222-8333-444444444444';
    await store.prepare(signal);
    const volume = { name: `local-${foreign}`, claim: { namespace, name: 'x', uid: foreign }, bytes: 16 * MEBIBYTE };
    await store.make({ ...volume, accessModes: ['ReadWriteOnce'] }, signal);
    await sh(`echo 99999999-1111-4222-8333-444444444444 > ${place.volumes}/.cluster`);
    provision({ store });
    const { metadata } = await claim('data');
    await isBound('data');
    expect(onDisk()).toEqual([`local-${foreign}.img`, `local-${metadata.uid}.img`].toSorted());
  });

  it('tells on the volume how full it is', async () => {
    provision({ measureEverySeconds: 0.2 });
    const { metadata } = await claim('data', { resources: { requests: { storage: '64Mi' } } });
    await isBound('data');
    const used = async (): Promise<number> =>
      Number((await read('PersistentVolume', `local-${metadata.uid}`))?.metadata.annotations?.['testbed.io/used']);
    await expect.poll(used, { timeout: 20_000 }).toBeLessThan(4 * MEBIBYTE);
    const path = await pathOf('data');
    await sh(`head -c 20M /dev/zero > ${path}/x && sync ${path}/x`);
    await expect.poll(used, { timeout: 20_000 }).toBeGreaterThan(20 * MEBIBYTE);
  });

  it('stops who writes more than its claim where no file system does, and nobody else', async () => {
    provision({ store: new LocalStore(place, node.run, 'folders'), measureEverySeconds: 0.2 });
    const greedy = await claim('greedy');
    await claim('modest');
    await isBound('greedy');
    await isBound('modest');
    for (const name of ['greedy', 'modest']) await admin.create(writer(name));
    const volume = () => read('PersistentVolume', `local-${greedy.metadata.uid}`);
    expect((await volume())?.metadata.annotations?.['testbed.io/quota']).toBe('unenforced');
    for (const name of ['greedy', 'modest']) await sh(`head -c 15M /dev/zero > ${await pathOf(name)}/x`);
    await expect
      .poll(async () => Number((await volume())?.metadata.annotations?.['testbed.io/used']), { timeout: 20_000 })
      .toBeGreaterThan(15 * MEBIBYTE);
    expect(await read('Pod', 'greedy')).toBeDefined();
    const path = await pathOf('greedy');
    await sh(`head -c 2M /dev/zero > ${path}/y`);
    await expect.poll(() => read('Pod', 'greedy'), { timeout: 20_000 }).toBeUndefined();
    await expect
      .poll(() => events(greedy.metadata.uid), { timeout: 20_000 })
      .toContainEqual(
        'WriterStopped: the volume holds 17 MiB, its claim is 16 MiB and nothing on this node enforces it; stopped: greedy; write less or claim more',
      );
    expect((await volume())?.metadata.annotations?.['testbed.io/over']).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect((await read('Pod', 'modest'))?.metadata.deletionTimestamp).toBeUndefined();
    await sh(`rm ${path}/y`);
    await expect
      .poll(async () => (await volume())?.metadata.annotations?.['testbed.io/over'], { timeout: 20_000 })
      .toBeUndefined();
  });

  it('stops a writer behind a disruption budget too', async () => {
    provision({ store: new LocalStore(place, node.run, 'folders'), measureEverySeconds: 0.2 });
    await claim('greedy');
    await isBound('greedy');
    await admin.create({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'greedy', namespace },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'greedy' } } },
    });
    await admin.create({
      ...writer('greedy'),
      metadata: { name: 'greedy', namespace, labels: { app: 'greedy' } },
    });
    const now = new Date().toISOString();
    const ready = { type: 'Ready', status: 'True', lastTransitionTime: now };
    await admin.mergePatch(
      { apiVersion: 'v1', kind: 'Pod', namespace, name: 'greedy' },
      { status: { phase: 'Running', conditions: [ready] } },
      { subresource: 'status' },
    );
    // The budget counts the pod before anybody asks to evict it.
    await expect.poll(async () => fieldsAt(await budget(), 'status')['currentHealthy'], { timeout: 20_000 }).toBe(1);
    await sh(`head -c 17M /dev/zero > ${await pathOf('greedy')}/x`);
    await expect.poll(() => read('Pod', 'greedy'), { timeout: 20_000 }).toBeUndefined();
    await admin.delete({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', namespace, name: 'greedy' });
  });
});
