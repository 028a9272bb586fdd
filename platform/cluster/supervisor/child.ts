import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { reasonOf } from '../../../errors';
import type { ComponentCommand } from '../component-commands';
import { logFile, type ClusterLayout } from '../layout';
import { ROLE_VARIABLE, TOKEN_VARIABLE } from '../processes/proof';
import type { ComponentStatus } from '../types';
import { nextPause } from './pauses';

/** Without a probe, a program that lives this long has started. */
const SETTLED_MS = 700;

export interface ChildOptions {
  /** Whether it is started again when it ends; default true. Without, `onEnd` says that it has ended. */
  readonly isKept?: boolean;
  readonly onEnd?: () => void;
  /** What is really run, asked at each start; default the command as it is. */
  readonly wrap?: (command: ComponentCommand) => Pick<ComponentCommand, 'file' | 'args'>;
}

/** One program that is kept running until `stop`. */
export class Child {
  readonly command: ComponentCommand;
  readonly #layout: ClusterLayout;
  readonly #token: string;
  readonly #onChange: () => void;
  readonly #options: ChildOptions;
  #process: ChildProcess | undefined;
  #state: ComponentStatus['state'] = 'stopped';
  #restarts = 0;
  #lastExit: string | undefined;
  #began = 0;
  #pause: number | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(
    command: ComponentCommand,
    layout: ClusterLayout,
    token: string,
    onChange: () => void,
    options: ChildOptions = {},
  ) {
    this.command = command;
    this.#options = options;
    this.#layout = layout;
    this.#token = token;
    this.#onChange = onChange;
  }

  /** How often it has ended without a healthy minute in between; 0 while it runs. */
  get failures(): number {
    return this.#state === 'backing-off' ? this.#failures : 0;
  }

  get status(): ComponentStatus {
    return {
      name: this.command.name,
      state: this.#state,
      restarts: this.#restarts,
      ...(this.#process?.pid === undefined ? {} : { pid: this.#process.pid }),
      ...(this.#lastExit === undefined ? {} : { lastExit: this.#lastExit }),
    };
  }

  /** Starts it; also again after `stop`. */
  start(): void {
    this.#stopping = false;
    this.#began = Date.now();
    this.#change('starting');
    try {
      this.#spawn();
    } catch (error) {
      // No file for its log, no process: the next try comes after a pause like that of one that ended.
      this.#ended(undefined, reasonOf(error));
    }
  }

  #spawn(): void {
    const { name, environment = {}, umask = 0o077 } = this.command;
    const { file, args } = this.#options.wrap?.(this.command) ?? this.command;
    const log = openSync(logFile(this.#layout, name), 'a', 0o600);
    // A child takes its parent's, in the instant of its start.
    const own = process.umask(umask);
    try {
      const child = spawn(file, [...args], {
        cwd: this.#layout.directory,
        stdio: ['ignore', log, log],
        // Nothing of the caller's: no proxies, no credentials, no kubeconfig.
        env: {
          PATH: '/usr/bin:/bin',
          HOME: this.#layout.directory,
          [TOKEN_VARIABLE]: this.#token,
          [ROLE_VARIABLE]: name,
          ...environment,
        },
      });
      this.#process = child;
      // A program that can't be started reports `error` and never `exit`.
      child.once('error', (error) => {
        if (child.pid === undefined) this.#ended(child, error.message);
      });
      child.once('exit', (code, signal) =>
        this.#ended(child, signal === null ? `exit code ${code}` : `signal ${signal}`),
      );
      this.#timer = setTimeout(() => this.#change('running'), SETTLED_MS);
    } finally {
      process.umask(own);
      closeSync(log);
    }
  }

  /** TERM, then KILL after `graceMs`, by default that of its command; resolves when it has ended. */
  async stop(graceMs = this.command.graceMs): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#process;
    if (child !== undefined) {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      // A child of ours that was not waited for keeps its pid, so the signal can't reach another's.
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(kill);
    }
    this.#change('stopped');
  }

  #ended(child: ChildProcess | undefined, how: string): void {
    if (this.#process !== child) return;
    clearTimeout(this.#timer);
    this.#process = undefined;
    if (this.#stopping) return this.#change('stopped');
    this.#lastExit = `${how}, ${new Date().toISOString()}`;
    this.#restarts++;
    this.#pause = nextPause(this.#pause, Date.now() - this.#began);
    this.#failures = this.#pause === nextPause(undefined, 0) ? 1 : this.#failures + 1;
    if (this.#options.isKept !== false) this.#timer = setTimeout(() => this.start(), this.#pause);
    this.#change('backing-off');
    this.#options.onEnd?.();
  }

  #change(state: ComponentStatus['state']): void {
    this.#state = state;
    this.#onChange();
  }
}
