import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { REAL_NODE } from '../../../../components/vocabulary';
import type { ComponentCommand } from '../../component-commands';
import { nodeConfigPaths } from '../../config/real-node-configs';
import { INSIDE, nodePaths, type RealNodeFacts } from '../../config/real-node-facts';
import type { ClusterLayout } from '../../layout';
import { writePrivateFile } from '../../private-files';
import type { ClusterRecord, RealNodeRecord } from '../../record/cluster-record';
import { Child } from '../../supervisor/child';
import { nextPause } from '../../supervisor/pauses';
import { LocalStore } from '../../storage/local-store';
import { volumePlace } from '../../storage/local-place';
import { forwardApi, type ApiForward } from './api-forward';
import { digestOf, makeCgroup } from './cgroups';
import { stopContainers } from './containers';
import { enterArguments, insideOf, isSandboxReady } from './enter';
import { CONTAINER_GRACE_MS, endNode } from './ending';
import { realNodeFacts, realNodePrograms } from './facts';
import { importImages, type RunInNode } from './import-images';
import { hostDevice } from './network';
import { nodePartCommands } from './part-commands';
import { runInside } from './run-in-node';
import { sandboxScript } from './sandbox-script';

const POLL_MS = 50;
const SANDBOX_LIMIT_MS = 20_000;
const RUNTIME_LIMIT_MS = 60_000;

export interface RealNodeOptions {
  readonly layout: ClusterLayout;
  readonly record: ClusterRecord;
  readonly token: string;
  readonly onChange: () => void;
  /** Called when a try to bring the node up has failed; it is tried again after a pause. */
  readonly onProblem: (error: unknown) => void;
}

/** The node of a cluster: its namespaces, and the programs in them, kept running until `stop`. */
export class RealNode {
  /** The volumes on it. */
  readonly store: LocalStore;
  readonly #layout: ClusterLayout;
  readonly #token: string;
  readonly #facts: RealNodeFacts;
  readonly #record: RealNodeRecord;
  readonly #onProblem: (error: unknown) => void;
  readonly #holder: Child;
  readonly #parts: Readonly<Record<'containerd' | 'kubelet' | 'kube-proxy' | 'calico-felix', Child>>;
  readonly #run: RunInNode = async (argv, options) => {
    const holder = this.#holder.status.pid;
    // Before the holder has changed its root, a mount would land on a tree that goes away.
    if (holder === undefined || !isSandboxReady(holder)) throw new Error('the namespaces of the node are not there');
    return runInside(holder, this.#token, argv, options);
  };
  readonly #ending = new AbortController();
  #holderEnded = Promise.withResolvers<void>();
  #forward: ApiForward | undefined;
  #isUp = false;
  #running: Promise<void> | undefined;

  /** undefined when the cluster has no real node. */
  static of(options: RealNodeOptions): RealNode | undefined {
    const facts = realNodeFacts(options.record, options.token);
    const { realNode } = options.record;
    return facts === undefined || realNode === undefined ? undefined : new RealNode(options, facts, realNode);
  }

  private constructor(options: RealNodeOptions, facts: RealNodeFacts, record: RealNodeRecord) {
    const { layout, token, onChange } = options;
    this.#layout = layout;
    this.#token = token;
    this.#facts = facts;
    this.#record = record;
    this.#onProblem = options.onProblem;
    this.store = new LocalStore(volumePlace(layout), this.#run);
    const script = join(nodePaths(layout).config, 'sandbox.sh');
    this.#holder = new Child(
      {
        name: 'node-sandbox',
        file: 'unshare',
        args: ['--mount', '--net', '--uts', '--ipc', '--', '/bin/sh', script],
        environment: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
        graceMs: 1000,
      },
      layout,
      token,
      onChange,
      { isKept: false, onEnd: () => this.#holderEnded.resolve() },
    );
    const commands = nodePartCommands(layout, facts);
    const part = (command: ComponentCommand): Child =>
      new Child(command, layout, token, onChange, { wrap: (inside) => this.#enter(inside) });
    this.#parts = {
      containerd: part(commands.containerd),
      kubelet: part(commands.kubelet),
      'kube-proxy': part(commands['kube-proxy']),
      'calico-felix': part(commands['calico-felix']),
    };
    this.#script = { path: script, programs: realNodePrograms(options.record.tools) };
  }

  readonly #script: { readonly path: string; readonly programs: Readonly<Record<string, string>> };

  get children(): readonly Child[] {
    return [this.#holder, ...Object.values(this.#parts)];
  }

  /** Whether all its programs were started, and commands can be run in it. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Begins to keep the node running; returns at once. */
  start(): void {
    this.#running ??= this.#keep();
  }

  /** Ends what runs in the node, gracefully, then the node. With `graceMs` programs get no longer. */
  async stop(graceMs?: number): Promise<void> {
    this.#ending.abort();
    this.#holderEnded.resolve();
    await this.#running;
    const { kubelet } = this.#parts;
    // It would start containers again.
    await kubelet.stop(graceMs);
    const holder = this.#holder.status.pid;
    if (holder !== undefined) await stopContainers(this.#layout, this.#token, holder, graceMs ?? CONTAINER_GRACE_MS);
    await this.#tearDown(graceMs);
  }

  /** Brings the node up, waits until the holder of its namespaces ends, takes down what is left, and begins anew. */
  async #keep(): Promise<void> {
    const { signal } = this.#ending;
    let pause: number | undefined;
    while (!signal.aborted) {
      const began = Date.now();
      try {
        await this.#bringUp(signal);
        await this.#holderEnded.promise;
      } catch (error) {
        if (!signal.aborted) this.#onProblem(error);
      }
      if (signal.aborted) return;
      pause = nextPause(pause, Date.now() - began);
      await this.#tearDown(0).catch(this.#onProblem);
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  async #bringUp(signal: AbortSignal): Promise<void> {
    const { hostAddress, nodeAddress, apiServerPort, cgroup } = this.#facts;
    // Of a run that was cut off, whose containers nobody watches any more.
    await endNode(this.#layout, this.#token, 0);
    makeCgroup(cgroup);
    writePrivateFile(this.#script.path, this.#sandbox(), 'volatile');
    this.#holderEnded = Promise.withResolvers();
    this.#holder.start();
    const holder = this.#holder.status.pid;
    await this.#until('its namespaces', SANDBOX_LIMIT_MS, signal, () => holder !== undefined && isSandboxReady(holder));
    this.#forward = await forwardApi({ hostAddress, nodeAddress, port: apiServerPort });
    this.#parts.containerd.start();
    this.#parts['calico-felix'].start();
    this.#parts['kube-proxy'].start();
    await this.#until(
      'containerd',
      RUNTIME_LIMIT_MS,
      signal,
      () => holder !== undefined && existsSync(insideOf(holder, INSIDE.containerdSocket)),
    );
    await importImages(this.#run, this.#record.images, signal);
    for (const { name, why } of await this.store.prepare(signal))
      process.stderr.write(`${new Date().toISOString()} volume ${name}: ${why}\n`);
    signal.throwIfAborted();
    this.#parts.kubelet.start();
    this.#isUp = true;
  }

  async #until(what: string, limitMs: number, signal: AbortSignal, isDone: () => boolean): Promise<void> {
    const until = Date.now() + limitMs;
    while (!isDone()) {
      if (this.#holder.status.state === 'backing-off')
        throw new Error(`the node's namespaces ended: ${this.#holder.status.lastExit ?? ''}`);
      if (Date.now() >= until) throw new Error(`the node has not got ${what} within ${limitMs / 1000} s`);
      await delay(POLL_MS, undefined, { signal });
    }
  }

  /** Ends all that is left, without a grace for containers. */
  async #tearDown(graceMs?: number): Promise<void> {
    this.#isUp = false;
    await Promise.all(Object.values(this.#parts).map((child) => child.stop(graceMs)));
    await this.#forward?.close();
    this.#forward = undefined;
    await endNode(this.#layout, this.#token, 0);
    await this.#holder.stop(graceMs);
  }

  #enter({ file, args }: ComponentCommand): Pick<ComponentCommand, 'file' | 'args'> {
    const holder = this.#holder.status.pid;
    if (holder === undefined) throw new Error('the namespaces of the node are gone');
    return { file: 'nsenter', args: [...enterArguments(holder), file, ...args] };
  }

  #sandbox(): string {
    const paths = nodePaths(this.#layout);
    const stage = join(paths.folder, 'sandbox');
    mkdirSync(stage, { recursive: true, mode: 0o700 });
    return sandboxScript({
      root: this.#record.root,
      folder: paths.folder,
      stage,
      programs: this.#script.programs,
      kubelet: paths.kubelet,
      boundaryRules: nodeConfigPaths(this.#layout).boundaryRules,
      hostName: REAL_NODE,
      machineId: digestOf(this.#token).slice(0, 32),
      device: hostDevice(this.#token),
      network: { hostAddress: this.#facts.hostAddress, nodeAddress: this.#facts.nodeAddress },
    });
  }
}
