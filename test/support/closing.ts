/** A test that this machine could not run. */
export interface NotRun {
  readonly file: string;
  readonly reason: string;
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly notRun: readonly NotRun[];
}

/** Whether what could not be run counts as failed: where everything was agreed to beforehand, on Linux as root, nothing stands in the way. */
export function mustRunAll(
  environment: NodeJS.ProcessEnv,
  uid: number | undefined,
  platform = process.platform,
): boolean {
  return environment['TESTBED_YES'] === '1' && platform === 'linux' && uid === 0;
}

/** The last lines of a run: for each reason how many tests of which files were not run, then `N passed, N failed`. */
export function closing(
  { passed, failed, notRun }: Tally,
  all: boolean,
): { readonly lines: string[]; readonly ok: boolean } {
  const reasons = new Map<string, Map<string, number>>();
  for (const { file, reason } of notRun) {
    const files = reasons.get(reason) ?? new Map<string, number>();
    reasons.set(reason, files.set(file, (files.get(file) ?? 0) + 1));
  }
  const lines = [...reasons].flatMap(([reason, files]) => {
    const total = [...files.values()].reduce((sum, count) => sum + count, 0);
    return [
      `${total} ${total === 1 ? 'test' : 'tests'} ${reason}${all ? ' (counted as failed)' : ''}`,
      ...[...files].map(([file, count]) => `  ${file} (${count})`),
    ];
  });
  const allFailed = failed + (all ? notRun.length : 0);
  return { lines: [...lines, `${passed} passed, ${allFailed} failed`], ok: allFailed === 0 };
}
