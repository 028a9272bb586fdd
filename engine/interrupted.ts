import { TestbedError, text } from '../errors';

/** Throws Interrupted for a signal that is aborted. */
export function refuseIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw interrupted(undefined);
}

export function interrupted(cause: TestbedError | undefined): TestbedError {
  return new TestbedError('Interrupted', text('the operation was interrupted', '작업이 중단되었습니다'), {
    ...(cause === undefined ? {} : { cause }),
    hint: text(
      'run the same command again: it takes up what was left',
      '같은 명령을 다시 실행하면 남은 작업을 이어서 처리합니다',
    ),
  });
}
