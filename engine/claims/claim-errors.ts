import { TestbedError, text } from '../../errors';
import { currentProcess } from '../../host/process-identity';
import type { ClaimHolder } from './claim-document';

/** The error for work that another run took over: nothing of ours counts any more. */
export function claimLost(stack: string, cause?: unknown): TestbedError {
  return new TestbedError(
    'ClaimLost',
    text(
      `another run took '${stack}' over, because this one gave no sign of life; nothing that it does now counts`,
      `이 실행이 응답하지 않아 다른 실행이 '${stack}'을(를) 넘겨받았습니다. 이후 이 실행의 작업은 반영되지 않습니다`,
    ),
    {
      ...(cause === undefined ? {} : { cause }),
      hint: text(
        'wait for the end of the other run, then run the same command again',
        '다른 실행이 끝난 뒤 같은 명령을 다시 실행하세요',
      ),
    },
  );
}

export function operationRunning(stack: string, holder: ClaimHolder): TestbedError {
  const { purpose, since, process } = holder;
  const isHere = process.host === currentProcess().host;
  return new TestbedError(
    'OperationRunning',
    text(
      `another operation works on '${stack}' since ${since} (${purpose}, pid ${process.pid}, ${process.host})`,
      `'${stack}'에 대한 다른 작업이 ${since}부터 진행 중입니다(${purpose}, pid ${process.pid}, ${process.host})`,
    ),
    {
      hint: isHere
        ? text(
            `wait for its end, or end it: kill -INT ${process.pid}`,
            `작업이 끝날 때까지 기다리거나 중단하세요: kill -INT ${process.pid}`,
          )
        : text(
            `wait for its end, or end it on ${process.host}: kill -INT ${process.pid}`,
            `작업이 끝날 때까지 기다리거나 ${process.host}에서 중단하세요: kill -INT ${process.pid}`,
          ),
    },
  );
}
