import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { text, verbatim, type Text } from '../errors';
import { ruleInvalid } from '../policies/catalogue/issue';
import { readRuleFiles } from '../policies/catalogue/rule-files';
import { createEvaluator } from '../policies/evaluation';
import { fixtureJudge } from '../policies/lint/fixture-judge';
import { fixtureComplaint } from '../policies/lint/fixtures';
import { requireRule, rulesFolder, type PolicyOptions } from './policy-catalogue';
import type { Surroundings } from './surroundings';

export interface PolicyTestOptions extends PolicyOptions {
  /** Only this rule. Default all. */
  readonly rule?: string | undefined;
}

/** A fixture that was judged otherwise than it says. */
export interface WrongFixture {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly fixture: string;
  readonly expected: 'pass' | 'fail';
  readonly message: Text;
}

export interface PolicyTestResult {
  readonly rules: number;
  readonly fixtures: number;
  readonly wrong: readonly WrongFixture[];
  readonly elapsedMs: number;
}

const STEP = {
  id: 'policy:fixtures',
  title: text('judge the fixtures', '예시 판정'),
} as const;

/** Judges every fixture of a site's rules, or of ours where no folder is named. Throws RuleInvalid, UsageWrong for an unknown rule. */
export async function policyTest(options: PolicyTestOptions, surroundings: Surroundings): Promise<PolicyTestResult> {
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  surroundings.onProgress({ ...STEP, state: 'start' });
  try {
    const { files, variables, issues } = readRuleFiles({ siteFolder: rulesFolder(options.rules, surroundings) });
    if (issues.length > 0) throw ruleInvalid(issues);
    const only =
      options.rule === undefined ? undefined : requireRule({ rules: files.map(({ rule }) => rule) }, options.rule);
    const chosen = files.filter(({ rule }) => only === undefined || rule.id === only.id);
    const judge = fixtureJudge(createEvaluator({ variables }));
    const wrong: WrongFixture[] = [];
    let fixtures = 0;
    for (const [index, { rule, fixtures: both, file, at }] of chosen.entries()) {
      // Lets an interruption and the progress line through between two rules.
      await setImmediate();
      surroundings.signal.throwIfAborted();
      surroundings.onProgress({
        ...STEP,
        state: 'update',
        detail: verbatim(`${index + 1}/${chosen.length} ${rule.id}`),
        elapsedMs: elapsed(),
      });
      for (const expected of ['pass', 'fail'] as const)
        for (const [place, fixture] of both[expected].entries()) {
          fixtures += 1;
          const complaint = fixtureComplaint(expected, fixture, judge(rule, fixture));
          if (complaint === undefined) continue;
          const { line } = at(['fixtures', expected, place]);
          wrong.push({ rule: rule.id, file, line, fixture: fixture.name, expected, message: complaint.message });
        }
    }
    const state = wrong.length === 0 ? 'done' : 'failed';
    surroundings.onProgress({ ...STEP, state, detail: verbatim(String(fixtures)), elapsedMs: elapsed() });
    return { rules: chosen.length, fixtures, wrong, elapsedMs: elapsed() };
  } catch (error) {
    surroundings.onProgress({ ...STEP, state: 'failed', elapsedMs: elapsed() });
    throw error;
  }
}
