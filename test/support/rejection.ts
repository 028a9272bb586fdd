import { isTestbedError } from '../../errors';

/** `accepted`, or what the API server said when it refused. Every other failure is thrown. */
export async function answerOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'accepted';
  } catch (error) {
    if (isTestbedError(error, 'KubernetesRefused')) return error.message;
    throw error;
  }
}

/** Asks until `ask` answers with something, at most `seconds`. For what a controller does in its own time. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, seconds = 30): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
