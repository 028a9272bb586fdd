import { TestbedError, noSpace, text, type ErrorCode, type Text } from '../errors';
import type { CliExit } from './cli-process';
import type { Failure, Report } from './events';
import { decodeProviderError } from './provider-errors';
import { stateUnreadable } from './state';
import type { ResourceOperation } from './types';

/** What the engine says beside the real reason. */
const CHORUS =
  /^(?:update|preview|refresh|destroy|resource operation) (?:failed|canceled)$|^Unhandled exception: |^step application failed/;

/** The system's words; the CLI has no code for it. */
const DISK_FULL = /no space left on device|disk quota exceeded/i;

/** The file that the CLI could not write, as Go's errors name it: `write /path/file: no space left on device`. */
function placeIn(words: string): string | undefined {
  return /(?:write|open|mkdir|rename|create|sync) (\/[^:\n]+?):? (?:no space left|disk quota)/i
    .exec(words)?.[1]
    ?.replace(/:$/, '');
}

/** Which error speaks for all when several resources failed at once. */
const WEIGHT: Partial<Record<ErrorCode, number>> = { OwnershipConflict: 3, NotReady: 2, KubernetesUnreachable: 1 };

const FAILED: Record<ResourceOperation, Text> = {
  create: text('could not be created', '생성하지 못했습니다'),
  update: text('could not be changed', '변경하지 못했습니다'),
  replace: text('could not be replaced', '교체하지 못했습니다'),
  delete: text('could not be ended', '삭제하지 못했습니다'),
  read: text('could not be read', '읽지 못했습니다'),
  refresh: text('could not be read', '읽지 못했습니다'),
  same: text('could not be judged', '판단하지 못했습니다'),
};

/** Which stack, and where its state is, for people. */
export interface FailedStack {
  readonly name: string;
  readonly place: string;
}

/** The error for an operation that the CLI ended without success: the provider's own where there is one, else the engine's words. */
export function failureOf(stack: FailedStack, report: Report | undefined, exit: CliExit): TestbedError {
  const failures = (report?.failures ?? []).filter(({ message }) => !CHORUS.test(message));
  const full = [...failures.map(({ message }) => message), exit.output].find((words) => DISK_FULL.test(words));
  if (full !== undefined) return noSpace(placeIn(full) ?? stack.place, new Error(lastError(full)));
  const errors = failures.map(errorOf);
  const [first, ...rest] = errors.sort((a, b) => (WEIGHT[b.code] ?? 0) - (WEIGHT[a.code] ?? 0));
  if (first === undefined) return withoutEvents(stack, exit);
  // An API server that went away fails all that was under way: once said is enough.
  const others = rest.filter(({ code }) => code !== 'KubernetesUnreachable' || code !== first.code);
  if (others.length === 0) return first;
  return new TestbedError(first.code, first.text, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: [...first.details, ...others.flatMap((other) => [other.text, ...other.details])],
  });
}

function errorOf({ message, object, operation }: Failure): TestbedError {
  const carried = decodeProviderError(message);
  if (carried !== undefined) return carried;
  const reason = lowerFirst(firstLine(message));
  if (object === undefined || operation === undefined)
    return new TestbedError('EngineFailed', text(reason, `작업에 실패했습니다: ${reason}`));
  const what = FAILED[operation];
  return new TestbedError(
    'EngineFailed',
    text(`${object} ${what.en}: ${reason}`, `${object}을(를) ${what.ko}: ${reason}`),
  );
}

/** The CLI ended before its engine began, or was killed: only its own words and its exit are left. */
function withoutEvents(stack: FailedStack, exit: CliExit): TestbedError {
  if (exit.signal !== null)
    return new TestbedError(
      'EngineFailed',
      text(
        `pulumi was ended by ${exit.signal} while it worked on '${stack.name}'`,
        `'${stack.name}' 작업 중 pulumi가 ${exit.signal}(으)로 종료되었습니다`,
      ),
      {
        hint: text(
          'run the same command again: it takes up what was left',
          '같은 명령을 다시 실행하면 남은 작업을 이어서 처리합니다',
        ),
      },
    );
  const words = lastError(exit.output);
  if (/stack is currently locked/i.test(words))
    return new TestbedError(
      'OperationRunning',
      text(
        `another operation works on '${stack.name}': ${words}`,
        `'${stack.name}'에 대한 다른 작업이 진행 중입니다: ${words}`,
      ),
      { hint: text('wait for its end', '작업이 끝날 때까지 기다리세요') },
    );
  if (
    /snapshot|checkpoint|deserializ|deployment|incorrect passphrase|message authentication failed|could not (?:load|unmarshal)/i.test(
      words,
    )
  )
    return stateUnreadable(stack.place, new Error(words));
  return new TestbedError(
    'EngineFailed',
    text(`pulumi ended with ${exit.code ?? '?'}: ${words}`, `pulumi가 ${exit.code ?? '?'}(으)로 끝났습니다: ${words}`),
  );
}

function lastError(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const told = lines.findLast((line) => line.startsWith('error: '))?.slice('error: '.length);
  // A crash of the CLI begins with its reason and goes on with stacks.
  const crash = lines.find((line) => line.startsWith('panic: '));
  return (told ?? crash ?? lines.at(-1) ?? 'it said nothing').slice(0, 1000);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.trim() ?? message;
}

/** Lower case at the start, unless it is a name such as `ConfigMap` or `RBAC`. */
function lowerFirst(words: string): string {
  return /^[A-Z][a-z]* /.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words;
}
