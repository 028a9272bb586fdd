import { TestbedError, isTestbedError, reasonOf, text, type Text } from '../../errors';

/** The error for a store that does not answer, or answers what it should not; `place` and `reason` hold no secret. */
export function storeUnreachable(place: string, cause: unknown, hint?: Text): TestbedError {
  const reason = reasonOf(cause);
  return new TestbedError(
    'StoreUnreachable',
    text(`cannot use the store ${place}: ${reason}`, `저장소 ${place}을(를) 사용할 수 없습니다: ${reason}`),
    {
      cause,
      hint:
        hint ??
        text(
          'check TESTBED_STATE and that the store answers, then run the same command again: it goes on where it ended',
          'TESTBED_STATE와 저장소가 응답하는지 확인한 뒤 같은 명령을 다시 실행하세요. 멈춘 곳에서 이어집니다',
        ),
    },
  );
}

export function storeForbidden(place: string, cause: unknown, hint?: Text): TestbedError {
  const reason = reasonOf(cause);
  return new TestbedError(
    'NoPermission',
    text(
      `the store ${place} lets nobody in as you are: ${reason}`,
      `저장소 ${place}에 접근할 권한이 없습니다: ${reason}`,
    ),
    { cause, ...(hint === undefined ? {} : { hint }) },
  );
}

/** The error for a document that is there and cannot be read; `where` is its file, row or object. */
export function documentUnreadable(where: string, cause: unknown): TestbedError {
  const reason = reasonOf(cause);
  return new TestbedError(
    'StateUnreadable',
    text(`cannot read the document ${where}: ${reason}`, `문서 ${where}을(를) 읽을 수 없습니다: ${reason}`),
    {
      cause,
      hint: text(
        'move it out of the way, then restore it from a backup: testbed state restore',
        '그 항목을 다른 곳으로 옮긴 뒤 백업에서 복구하세요: testbed state restore',
      ),
    },
  );
}

/** Runs `work`; what it throws that is not ours yet becomes what `told` makes of it. */
export async function telling<T>(told: (error: unknown) => TestbedError, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isTestbedError(error) ? error : told(error);
  }
}
