import { spawn } from 'node:child_process';
import { TestbedError, reasonOf, text, verbatim } from '../../../../errors';
import type { ClusterLayout } from '../../layout';
import { ROLE_VARIABLE, TOKEN_VARIABLE, ownProcesses } from '../../processes/proof';
import { readInstance } from '../../record/cluster-record';
import { enterArguments, isSandboxReady } from './enter';
import { NODE_PATH } from './part-commands';

/** Of what a command writes, no more is kept. */
const LARGEST_OUTPUT = 16 * 1024 * 1024;
const DEFAULT_LIMIT_MS = 60_000;
const DETAILS = 6;

export interface NodeCommandOptions {
  /** Default: a minute. */
  readonly signal?: AbortSignal;
  /** Its standard input: text, or an open file. */
  readonly input?: string | number;
}

/** The holder of the node's namespaces; undefined when the node does not stand. */
export function nodeHolder(token: string): number | undefined {
  return ownProcesses(token).find(({ pid, role }) => role === 'node-sandbox' && isSandboxReady(pid))?.pid;
}

/**
 * Runs a program of the node image, or one of ours, in the node's namespaces. Throws NodeCommandFailed with its last words when it fails,
 * ClusterNotRunning when there is no node.
 */
export async function runInNode(
  layout: ClusterLayout,
  argv: readonly string[],
  options: NodeCommandOptions = {},
): Promise<{ readonly stdout: string }> {
  const token = readInstance(layout);
  const holder = token === undefined ? undefined : nodeHolder(token);
  if (token === undefined || holder === undefined)
    throw new TestbedError(
      'ClusterNotRunning',
      text(`the real node of ${layout.directory} does not run`, `${layout.directory}의 실제 노드가 실행 중이 아닙니다`),
      { hint: text('start it: testbed cluster up --nodes real', '시작하세요: testbed cluster up --nodes real') },
    );
  return runInside(holder, token, argv, options);
}

/** As `runInNode`, for those who know the holder. */
export async function runInside(
  holder: number,
  token: string,
  argv: readonly string[],
  { signal = AbortSignal.timeout(DEFAULT_LIMIT_MS), input }: NodeCommandOptions = {},
): Promise<{ readonly stdout: string }> {
  signal.throwIfAborted();
  const child = spawn('nsenter', [...enterArguments(holder), ...argv], {
    cwd: '/',
    stdio: [typeof input === 'number' ? input : 'pipe', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
    env: { PATH: NODE_PATH, HOME: '/root', [TOKEN_VARIABLE]: token, [ROLE_VARIABLE]: 'node-command' },
  });
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LARGEST_OUTPUT) chunks.push(chunk);
    });
    return (): string => Buffer.concat(chunks).toString('utf8');
  });
  // A program that does not read its input is not an error by itself.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input ?? '');
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', (error) => reject(signal.aborted ? signal.reason : error));
    child.once('close', (exitCode, exitSignal) => resolve(exitCode ?? exitSignal ?? 'unknown'));
  }).catch((error: unknown) => {
    throw failed(argv, reasonOf(error), '', error);
  });
  if (code !== 0) throw failed(argv, `${code}`, stderr?.() ?? '');
  return { stdout: stdout?.() ?? '' };
}

function failed(argv: readonly string[], how: string, said: string, cause?: unknown): TestbedError {
  const command = argv.join(' ').slice(0, 200);
  return new TestbedError(
    'NodeCommandFailed',
    text(`in the node, ${command} failed: ${how}`, `노드에서 ${command} 명령이 실패했습니다: ${how}`),
    {
      details: said
        .replaceAll(/[^\P{Cc}\n]/gu, '?')
        .trim()
        .split('\n')
        .filter(Boolean)
        .slice(-DETAILS)
        .map((line) => verbatim(line.slice(0, 400))),
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
