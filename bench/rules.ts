import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { loadCatalogue } from '../policies/catalogue/load';
import { createEvaluator } from '../policies/evaluation';
import type { Rule, SharedVariable } from '../policies/rule';
import { figures, type Figures } from './figures';
import { generatedPods, type GeneratedPod } from './pods';

/*
 * 2,000 pods judged by every object rule that is about pods, in one thread, and the same by the engine that the tests have as their oracle. Both
 * have compiled the rules before the clock starts.
 */
const PODS = 2_000;
const RUNS = 9;
/** The oracle engine is slow enough that part of the pods is enough. */
const ORACLE_PODS = 100;

export interface RulesFigures {
  readonly pods: number;
  readonly rules: number;
  /** CPU milliseconds for all pods. The first run is not warm. */
  readonly first: number;
  readonly row: Figures;
  readonly verdicts: Readonly<Record<'pass' | 'fail' | 'unknown' | 'error', number>>;
  /** CPU milliseconds of the oracle engine, reckoned from a part of the pods. */
  readonly oracle: number;
}

export function measureRules(): RulesFigures {
  const { rules, variables, params } = loadCatalogue();
  const ofPods = rules.filter(isOfPods);
  const pods = generatedPods(PODS, 20_261_123);
  const evaluator = createEvaluator({ variables });
  evaluator.compile(ofPods);
  const counts = { pass: 0, fail: 0, unknown: 0, error: 0 };
  const runs = Array.from({ length: RUNS }, (_, run) =>
    timed(() => {
      for (const object of pods)
        for (const { verdict } of evaluator.judge(ofPods, { object, params: params.sensitive }))
          if (run === 0) counts[verdict] += 1;
    }),
  );
  const oracle = oracleOf(ofPods, variables, params.sensitive);
  return {
    pods: PODS,
    rules: ofPods.length,
    first: runs[0] ?? 0,
    row: figures(runs),
    verdicts: counts,
    oracle: timed(() => pods.slice(0, ORACLE_PODS).forEach(oracle)) * (PODS / ORACLE_PODS),
  };
}

function isOfPods({ scope, match }: Rule): boolean {
  return (
    scope === 'object' &&
    match.some((matched) => matched.type === 'kind' && matched.group === '' && matched.kind === 'Pod')
  );
}

/** CPU milliseconds of this process, the collector's threads too: what else the machine does has no say. */
function timed(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Judges one pod with the oracle engine: shared variables first, then each rule that it can evaluate. */
function oracleOf(
  rules: readonly Rule[],
  variables: readonly SharedVariable[],
  data: Readonly<Record<string, string>>,
) {
  const env = celEnv({ funcs: strings });
  const planned = rules.map(({ expression }) => plan(env, parse(expression)));
  const shared = variables.map(({ name, expression }) => ({ name, evaluate: plan(env, parse(expression)) }));
  return (pod: GeneratedPod): number => {
    const values: Record<string, NonNullable<unknown>> = {};
    const bindings = { object: pod, params: { data }, variables: values } as Parameters<(typeof planned)[number]>[0];
    for (const { name, evaluate } of shared) {
      const value = evaluate(bindings);
      if (!isCelError(value) && value !== null) values[name] = value;
    }
    return planned.filter((evaluate) => evaluate(bindings) === true).length;
  };
}
