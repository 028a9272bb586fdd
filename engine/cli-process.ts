import { spawn } from 'node:child_process';
import { constants, userInfo } from 'node:os';
import { pathToFileURL } from 'node:url';
import { TestbedError, reasonOf, text } from '../errors';
import { withoutColours } from './colours';
import { fullStackName } from './stack-name';
import type { OperationKind } from './types';
import type { WorkDirectory } from './work-directory';

/** Words of the CLI that are kept for an error, in characters. */
const MAX_OUTPUT = 64 * 1024;
/** After a cancel the CLI has this long, in milliseconds. */
const CANCEL_GRACE_MS = 30_000;
/** Resources in flight: a testbed's all fit, and two CLIs on two cores stay responsive. */
const PARALLEL = 32;

export interface CliPorts {
  readonly program?: number;
  /** None where the CLI starts the vendor's provider. */
  readonly provider?: number;
  readonly events: number;
}

export interface CliCall {
  /** Path of `pulumi`. */
  readonly pulumi: string;
  readonly kind: OperationKind;
  /** Its name. */
  readonly stack: string;
  readonly ports: CliPorts;
  readonly work: WorkDirectory;
  /** What opens the state's secrets: address and token of the key service, or the passphrase of an older stack. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What the vendor's provider needs, which the CLI passes on. */
  readonly plugin?: Readonly<Record<string, string>>;
}

export interface CliExit {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote, without colours. */
  readonly output: string;
}

export interface CliProcess {
  readonly pid: number;
  readonly ended: Promise<CliExit>;
  /** First call: ask once to stop in order (SIGINT), and end it by force 30 s later. Second call: by force now. */
  cancel(): void;
  kill(): void;
}

/** The words after `pulumi`; no secret is among them. */
export function cliArguments({ kind, stack, ports }: Pick<CliCall, 'kind' | 'stack' | 'ports'>): string[] {
  const program =
    ports.program === undefined ? [] : [`--client=127.0.0.1:${ports.program}`, '--exec-kind', 'auto.inline'];
  const common = [
    '--stack',
    fullStackName(stack),
    '--event-log',
    `tcp://127.0.0.1:${ports.events}`,
    '--parallel',
    String(PARALLEL),
    '--non-interactive',
    '--suppress-outputs',
    '--color',
    'never',
  ];
  switch (kind) {
    case 'up':
      return ['up', '--yes', '--skip-preview', '--suppress-progress', ...program, ...common];
    case 'preview':
      return ['preview', ...program, ...common];
    case 'drift':
      return ['refresh', '--preview-only', '--suppress-progress', ...common];
    case 'repair':
      return ['refresh', '--yes', '--skip-preview', '--suppress-progress', ...common];
    case 'down':
      return ['destroy', '--yes', '--skip-preview', '--suppress-progress', ...common];
  }
}

/**
 * The CLI's whole environment. Nothing of the caller's is passed on: a proxy, a cloud credential or a PULUMI_ switch set outside must
 * not change what an operation does.
 */
export function cliEnvironment({
  ports,
  work,
  secrets,
  plugin = {},
}: Pick<CliCall, 'ports' | 'work' | 'secrets' | 'plugin'>): Record<string, string> {
  return {
    PATH: '/usr/bin:/bin',
    HOME: work.home,
    USER: userName(),
    TMPDIR: work.temporary,
    LANG: 'C.UTF-8',
    // Collecting garbage as often as by default is a tenth of a run's processor time; at this no cost was seen, and 4 to 12 MiB less than at 400.
    GOGC: '200',
    GOMEMLIMIT: '512MiB',
    PULUMI_HOME: work.home,
    // Without the store's side files, one beside each file, that hold a hash nobody reads.
    PULUMI_BACKEND_URL: `${pathToFileURL(work.state).href}?metadata=skip`,
    ...secrets,
    ...plugin,
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: 'true',
    ...(ports.provider === undefined ? {} : { PULUMI_DEBUG_PROVIDERS: `kubernetes:${ports.provider}` }),
    // The event log is one of the CLI's hidden switches.
    PULUMI_DEBUG_COMMANDS: 'true',
    PULUMI_SKIP_CHECKPOINTS: 'true',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_IGNORE_AMBIENT_PLUGINS: 'true',
    PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: 'true',
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: 'true',
  };
}

/** Starts the CLI in a process group of its own, so that a terminal's Ctrl-C reaches it through us, once. */
export function startCli(call: CliCall): CliProcess {
  const child = spawn(call.pulumi, cliArguments(call), {
    cwd: call.work.path,
    env: cliEnvironment(call),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (words: string) => {
      output = (output + words).slice(-MAX_OUTPUT);
    });
  }
  let grace: NodeJS.Timeout | undefined;
  let over = false;
  const ended = new Promise<CliExit>((resolve, reject) => {
    child.once('error', (cause) => reject(cannotStart(call.pulumi, cause)));
    child.once('close', (code, signal) => resolve({ code, signal, output: withoutColours(output) }));
  }).finally(() => {
    over = true;
    clearTimeout(grace);
  });
  const kill = (): void => {
    if (!over) child.kill('SIGKILL');
  };
  return {
    pid: child.pid ?? 0,
    ended,
    kill,
    cancel() {
      if (over) return;
      if (grace !== undefined) {
        kill();
        return;
      }
      child.kill('SIGINT');
      grace = setTimeout(kill, CANCEL_GRACE_MS);
    },
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without an entry in passwd, as in many containers.
    return `uid-${process.getuid?.() ?? 0}`;
  }
}

function cannotStart(pulumi: string, cause: unknown): TestbedError {
  const missing = cause instanceof Error && 'errno' in cause && cause.errno === -constants.errno.ENOENT;
  return new TestbedError(
    missing ? 'ToolMissing' : 'EngineFailed',
    text(
      `cannot start pulumi at ${pulumi}: ${reasonOf(cause)}`,
      `${pulumi}의 pulumi를 시작할 수 없습니다: ${reasonOf(cause)}`,
    ),
    { cause, hint: text('testbed tools install', 'testbed tools install') },
  );
}
