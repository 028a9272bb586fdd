import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '../../../errors';
import type { KubernetesClient } from '../../../kubernetes/types';
import { bootstrap, bootstrapClient } from '../bootstrap/bootstrap';
import { clusterDnsFacts } from '../bootstrap/cluster-dns';
import { controllerCommands, foundationCommands, type ComponentCommand } from '../component-commands';
import { serverAddress } from '../kept-connection';
import { logFile, type ClusterLayout } from '../layout';
import { nodeProvider } from '../nodes/choose';
import { RealNode } from '../nodes/real/real-node';
import { ensureKeys } from '../pki/keys';
import type { ClusterRecord } from '../record/cluster-record';
import { writeSupervisorStatus, type SupervisorStatus } from '../record/supervisor-status';
import type { StorageStatus } from '../storage/rounds';
import { ApiProbe, PROBE_TIMEOUT_MS } from './api-probe';
import { archiveClosedAudit } from './audit-archive';
import { Child } from './child';
import { rotateLog } from './log-files';
import { runStorage } from './storage';

const HEARTBEAT_MS = 2000;
const RENEWAL_MS = 24 * 60 * 60 * 1000;
const POLL_MS = 100;
const UNREADY_GRACE_MS = 2000;
/** After so many tries a start is told to have a problem; it is tried further, as its cause may pass. */
const PATIENCE = 4;

/** Keeps the components of one cluster running until `stop`. */
export class Supervisor {
  readonly #layout: ClusterLayout;
  readonly #record: ClusterRecord;
  readonly #foundation: readonly Child[];
  readonly #controllers: readonly Child[];
  readonly #node: RealNode | undefined;
  readonly #storage: StorageStatus | undefined;
  readonly #since = new Date();
  readonly #ending = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #background: Promise<void>[] = [];
  readonly #probe: ApiProbe;
  #phase: SupervisorStatus['phase'] = 'starting';
  #step: SupervisorStatus['step'] = 'api';
  #problem: string | undefined;
  #version: string | undefined;
  #isApiReady = false;
  #archiveProblem: string | undefined;
  #isArchiving = false;
  #nodeFailures = 0;
  #isProbing = false;

  constructor(layout: ClusterLayout, record: ClusterRecord, token: string) {
    this.#layout = layout;
    this.#record = record;
    this.#probe = new ApiProbe(layout, record);
    const child = (command: ComponentCommand): Child => new Child(command, layout, token, () => this.#write());
    this.#foundation = foundationCommands(layout, record).map(child);
    this.#controllers = controllerCommands(layout, record).map(child);
    this.#node = RealNode.of({
      layout,
      record,
      token,
      onChange: () => this.#write(),
      onProblem: (error) => this.#nodeFailed(error),
    });
    this.#storage = record.nodes.kind === 'none' ? undefined : { state: 'stopped', restarts: 0 };
  }

  /** Starts all and resolves when the cluster is ready for the first time; goes on trying until then. */
  async start(): Promise<void> {
    const { signal } = this.#ending;
    this.#every(HEARTBEAT_MS, () => this.#beat());
    this.#every(this.#record.switches.archiveEverySeconds * 1000, () => this.#archive());
    this.#every(RENEWAL_MS, async () => {
      ensureKeys(this.#layout, new Date(), this.#record.realNode?.network);
    });
    for (const child of this.#foundation) child.start();
    await this.#persist('bootstrap', async () => {
      const client = bootstrapClient(this.#layout, serverAddress(this.#record));
      try {
        await this.#untilReady(client);
        this.#enter('bootstrap');
        const nodes = nodeProvider(this.#record, this.#since);
        await bootstrap(client, nodes, signal, clusterDnsFacts(this.#record));
        this.#enter('controllers');
        this.#startControllers();
        this.#node?.start();
        await this.#until(() => this.#controllers.every(({ status }) => status.state === 'running'));
        this.#enter('nodes');
        while ((await nodes.ready(client, signal)) < nodes.count) await delay(POLL_MS, undefined, { signal });
      } finally {
        await client.close();
      }
    });
    this.#phase = 'running';
    this.#enter('ready');
  }

  /** Ends all in reverse order, each within its grace. */
  async stop(): Promise<void> {
    // What was never ready serves nobody, so there is nothing to wait for.
    const graceMs = this.#phase === 'starting' ? UNREADY_GRACE_MS : undefined;
    this.#phase = 'stopping';
    this.#write();
    for (const timer of this.#timers) clearInterval(timer);
    this.#ending.abort();
    await this.#node?.stop(graceMs);
    await Promise.all(this.#controllers.map((child) => child.stop(graceMs)));
    await Promise.all(this.#background);
    await this.#probe.close();
    for (const child of this.#foundation.toReversed()) await child.stop(graceMs);
    await this.#archive();
  }

  #startControllers(): void {
    this.#ending.signal.throwIfAborted();
    for (const child of this.#controllers) if (child.status.state === 'stopped') child.start();
    const storage = this.#storage;
    if (storage?.state !== 'stopped') return;
    storage.state = 'starting';
    const { signal } = this.#ending;
    const work = runStorage(this.#layout, this.#record, this.#node, storage, signal);
    this.#background.push(work.catch((error: unknown) => (signal.aborted ? undefined : report(error))));
  }

  #nodeFailed(error: unknown): void {
    report(error);
    this.#nodeFailures++;
    // While the start still waits for it, those who wait should learn why it does not come.
    if (this.#phase === 'starting' && this.#nodeFailures >= PATIENCE) this.#problem = `node: ${reasonOf(error)}`;
    this.#write();
  }

  get #storageName(): 'simulated-storage' | 'local-storage' {
    return this.#node === undefined ? 'simulated-storage' : 'local-storage';
  }

  get #children(): readonly Child[] {
    return [...this.#foundation, ...this.#controllers, ...(this.#node?.children ?? [])];
  }

  async #untilReady(client: KubernetesClient): Promise<void> {
    const { signal } = this.#ending;
    for (;;) {
      try {
        await client.raw('GET', '/readyz', {
          signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]),
        });
        break;
      } catch {
        // Not yet; why not is in the logs of the components, which a failed start shows.
        signal.throwIfAborted();
        await delay(POLL_MS, undefined, { signal });
      }
    }
    const { body } = await client.raw('GET', '/version', { signal });
    if (typeof body === 'object' && body !== null && 'gitVersion' in body && typeof body.gitVersion === 'string')
      this.#version = body.gitVersion;
    this.#isApiReady = true;
  }

  async #until(isDone: () => boolean): Promise<void> {
    while (!isDone()) await delay(POLL_MS, undefined, { signal: this.#ending.signal });
  }

  /** Repeats `work` until it is done; from the fourth failure on the status tells why. */
  async #persist(what: string, work: () => Promise<void>): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        return await work();
      } catch (error) {
        this.#ending.signal.throwIfAborted();
        process.stderr.write(`${what}: ${reasonOf(error)}\n`);
        if (failures >= PATIENCE) this.#problem = `${what}: ${reasonOf(error)}`;
        this.#write();
        await delay(Math.min(250 * 2 ** failures, 10_000), undefined, { signal: this.#ending.signal });
      }
    }
  }

  #every(milliseconds: number, work: () => Promise<void>): void {
    this.#timers.push(
      setInterval(() => {
        // A failed beat, renewal or archive is tried again at its next turn; the log says why.
        work().catch(report);
      }, milliseconds),
    );
  }

  async #beat(): Promise<void> {
    this.#write();
    if (!this.#isProbing && this.#phase === 'running') {
      this.#isProbing = true;
      this.#isApiReady = await this.#probe.isReady();
      this.#isProbing = false;
      this.#write();
    }
    for (const { command } of this.#children) rotateLog(logFile(this.#layout, command.name));
    rotateLog(logFile(this.#layout, 'supervisor'));
  }

  async #archive(): Promise<void> {
    if (this.#isArchiving) return;
    this.#isArchiving = true;
    try {
      await archiveClosedAudit(this.#layout);
      this.#archiveProblem = undefined;
    } catch (error) {
      // Nothing is lost: the API server keeps closed files until they are archived.
      this.#archiveProblem = `audit archive: ${reasonOf(error)}`;
      report(error);
    } finally {
      this.#isArchiving = false;
    }
  }

  #enter(step: SupervisorStatus['step']): void {
    this.#step = step;
    this.#problem = undefined;
    this.#write();
  }

  #write(): void {
    const children = this.#children.map(({ status }) =>
      // A running process that does not serve is not running for those who need it.
      status.name === 'kube-apiserver' && status.state === 'running' && !this.#isApiReady
        ? { ...status, state: 'starting' as const }
        : status,
    );
    const failing = this.#children.find(({ failures }) => failures >= PATIENCE)?.status;
    const problem = this.#problem ?? (failing === undefined ? undefined : (failing.lastExit ?? 'ended'));
    const storage =
      this.#storage === undefined ? [] : [{ name: this.#storageName, pid: process.pid, ...this.#storage }];
    try {
      writeSupervisorStatus(this.#layout, {
        phase: this.#phase,
        step: this.#step,
        heartbeat: new Date().toISOString(),
        ...(this.#version === undefined ? {} : { version: this.#version }),
        ...(problem === undefined ? {} : { problem }),
        ...(this.#archiveProblem === undefined ? {} : { warning: this.#archiveProblem }),
        components: [...children, ...storage],
      });
    } catch (error) {
      // A full disk must not end the cluster; the old heartbeat tells that something is wrong.
      process.stderr.write(`status: ${reasonOf(error)}\n`);
    }
  }
}

function report(error: unknown): void {
  process.stderr.write(`${new Date().toISOString()} ${reasonOf(error)}\n`);
}
