import { TestbedError, isTestbedError, text, type Text } from '../errors';
import type { ClusterReference } from './records';

type Place = Pick<ClusterReference, 'kind' | 'context'>;

/**
 * Runs work on a cluster. Where its API server can't be reached any more, the error says what was under way, which address went away and the
 * way out; every other error goes on as it is. `doing` completes "the cluster went away while ..." and "... 클러스터가 응답하지 않습니다".
 */
export async function tellingIfGone<T>(place: Place, doing: Text, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isTestbedError(error, 'KubernetesUnreachable')) throw error;
    throw new TestbedError(
      error.code,
      text(
        `the cluster went away while ${doing.en}: ${error.text.en}`,
        `${doing.ko} 클러스터가 응답하지 않게 되었습니다: ${error.text.ko}`,
      ),
      {
        details: error.details,
        hint: text(
          `when it answers again, run the same command: it goes on where it stopped; look: ${lookAt(place)}`,
          `클러스터가 다시 응답하면 같은 명령을 실행하세요. 중단된 곳부터 이어서 진행합니다. 확인: ${lookAt(place)}`,
        ),
        cause: error,
      },
    );
  }
}

/** The error for a cluster that can't be reached at the very start. */
export function notAnswering(error: TestbedError, place: Place): TestbedError {
  return new TestbedError(error.code, error.text, {
    details: error.details,
    hint: text(
      `nothing was touched; when it answers, run the same command again; look: ${lookAt(place)}`,
      `변경된 것은 없습니다. 클러스터가 응답하면 같은 명령을 다시 실행하세요. 확인: ${lookAt(place)}`,
    ),
    cause: error,
  });
}

function lookAt({ kind, context }: Place): string {
  return kind === 'embedded' || context === undefined
    ? 'testbed cluster status'
    : `testbed doctor --context ${context}`;
}
