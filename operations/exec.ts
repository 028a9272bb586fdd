import { LABELS } from '../components/vocabulary';
import { isKubernetesError } from '../kubernetes/failures';
import { execInPod } from '../kubernetes/pod-exec';
import { TestbedError, isTestbedError, text } from '../errors';
import { withMember, type MemberAccess, type MemberOptions } from './connect-member';
import { choosePod } from './connect-pod';
import { requireRunning } from './connect-running';
import type { TestbedRecord } from './records';
import type { Outlet, Streams } from './streams';
import type { Surroundings } from './surroundings';

export interface ExecOptions extends MemberOptions {
  /** Default: the only pod of the participant. */
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
  readonly command: readonly string[];
}

export interface ExecResult {
  readonly pod: string;
  readonly exitCode: number;
}

/**
 * Runs a command in a pod as one of the members, with our own input and output; at a terminal the pod gets one too. Throws PolicyRefused at grade
 * `sensitive`, where nobody enters a running pod, and what `execInPod` throws.
 */
export function exec(
  options: ExecOptions,
  surroundings: Surroundings & { readonly streams: Streams },
): Promise<ExecResult> {
  return withMember(
    options,
    surroundings,
    ({ name }) => text(`a command ran in a pod of '${name}'`, `'${name}'의 파드에서 명령을 실행하는 동안`),
    async (access) => {
      const { client, testbed } = access;
      if (testbed.grade === 'sensitive') throw refusedByGrade(testbed);
      const pod = await choosePod(
        client,
        { namespace: testbed.id },
        { wished: options.pod, of: ({ metadata }) => metadata.labels?.[LABELS.managed] !== 'true' },
      );
      await requireRunning(access, pod);
      return run(access, pod.metadata.name, options, surroundings);
    },
  );
}

async function run(
  { testbed, connection }: MemberAccess,
  pod: string,
  { container, command }: ExecOptions,
  { streams, signal }: Surroundings & { readonly streams: Streams },
): Promise<ExecResult> {
  const { terminal } = streams;
  const input = streams.input();
  const over = new AbortController();
  const restored = terminal?.raw();
  try {
    const { exitCode } = await execInPod(await connection(), {
      namespace: testbed.id,
      pod,
      container,
      command,
      tty: terminal !== undefined,
      input: input.chunks,
      // What a terminal asked for is its own; all else is foreign text.
      output: terminal === undefined ? taking(streams.output, 'show') : taking(streams.output, 'write'),
      errors: taking(streams.errors, 'show'),
      sizes: terminal?.sizes(over.signal),
      signal,
    });
    return { pod, exitCode };
  } catch (error) {
    throw explained(error, testbed, command[0] ?? '');
  } finally {
    restored?.();
    over.abort();
    input.end();
  }
}

/** A reader that went away does not end the command: what it still writes is dropped. */
function taking(outlet: Outlet, how: 'show' | 'write'): (chunk: Uint8Array) => Promise<void> {
  return async (chunk) => void (await outlet[how](chunk));
}

function refusedByGrade({ name }: TestbedRecord): TestbedError {
  return new TestbedError(
    'PolicyRefused',
    text(
      `nobody runs commands in the running pods of '${name}', the operator included: its grade is sensitive (rule pod-no-exec)`,
      `'${name}'의 실행 중인 파드에서는 운영자를 포함해 누구도 명령을 실행할 수 없습니다. 등급이 sensitive입니다(규칙 pod-no-exec)`,
    ),
    {
      hint: text(
        `read its log: testbed logs ${name}; to change something, change the image or configuration and roll it out`,
        `로그 확인: testbed logs ${name}. 변경하려면 이미지나 설정을 바꿔 다시 배포하세요`,
      ),
    },
  );
}

/** A program that is not there; where the cluster refuses, who may instead. */
function explained(error: unknown, { name }: TestbedRecord, program: string): unknown {
  if (isKubernetesError(error) && /executable file not found|no such file or directory/.test(error.failure.message))
    return new TestbedError(
      'UsageWrong',
      text(`the container has no program '${program}'`, `컨테이너에 '${program}' 프로그램이 없습니다`),
      { cause: error },
    );
  if (!isKubernetesError(error) || error.failure.status !== 403 || !isTestbedError(error)) return error;
  return new TestbedError(error.code, error.text, {
    cause: error,
    details: error.details,
    hint: text(
      `members run commands in their own pods only; the database is reached by: testbed connect ${name} database`,
      `구성원은 자신의 파드에서만 명령을 실행할 수 있습니다. 데이터베이스 접속: testbed connect ${name} database`,
    ),
  });
}
