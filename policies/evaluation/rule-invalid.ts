import { isTestbedError, TestbedError, text, type Text } from '../../errors';

/** RuleInvalid that says where in an expression and why. `at` is an offset in `source`. */
export function expressionInvalid(source: string, at: number, reason: Text, cause?: unknown): TestbedError {
  const before = source.slice(0, at).split('\n');
  const place = `${before.length}:${(before.at(-1) ?? '').length + 1}`;
  return new TestbedError(
    'RuleInvalid',
    text(`CEL at ${place}: ${reason.en}`, `CEL ${place}: ${reason.ko}`),
    cause === undefined ? {} : { cause },
  );
}

/** Runs `compile` and names what was compiled in a RuleInvalid that it throws: `rule pod-no-privileged, finding`. */
export function naming<T>(subject: Text, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!isTestbedError(error, 'RuleInvalid')) throw error;
    throw new TestbedError('RuleInvalid', text(`${subject.en}: ${error.text.en}`, `${subject.ko}: ${error.text.ko}`), {
      cause: error,
    });
  }
}
