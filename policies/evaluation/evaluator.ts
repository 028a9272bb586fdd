import { text } from '../../errors';
import type { Rule, Scope as RuleScope } from '../rule';
import { compile } from './compile';
import { Explainer } from './explain';
import { oneLine } from './finding';
import { Frame, type Code, type Root, type Roots } from './frame';
import { createLibrary } from './library';
import { LimitExceeded } from './meter';
import { parseExpression } from './parse';
import { PatternCache } from './patterns';
import { Preparation } from './prepare';
import { naming } from './rule-invalid';
import type { Scope } from './scope';
import type { Expression } from './syntax';
import { ALL_ROOTS, compileVariables } from './shared-variables';
import type { EvaluationLimits, Evaluator, EvaluatorOptions, Judgement, Subject } from './types';
import { Failure, Secret, typeName, Unknown, type Value } from './values';

const DEFAULT_LIMITS: EvaluationLimits = { steps: 2_000_000, depth: 64, values: 500_000 };

/** A rule for one object sees nothing beside it, so that the API server can judge it too. */
const ROOTS: Readonly<Record<RuleScope, ReadonlySet<Root>>> = {
  object: new Set<Root>(['object', 'params', 'request']),
  set: ALL_ROOTS,
  cluster: ALL_ROOTS,
};

interface CompiledPart {
  readonly tree: Expression;
  readonly scope: Scope;
  readonly code: Code;
}

interface CompiledRule {
  readonly expression: CompiledPart;
  /** Compiled when the rule first fails: most never do, and it is the longer half. */
  readonly finding: () => CompiledPart;
}

/** The evaluator for rules that share `variables`. Throws RuleInvalid for variables that do not compile. */
export function createEvaluator({ variables, limits }: EvaluatorOptions): Evaluator {
  const library = createLibrary(new PatternCache());
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  const shared = compileVariables(variables, library);
  const codes = shared.all.map(({ code }) => code);
  const compiled = new WeakMap<Rule, CompiledRule>();

  function compiledRule(rule: Rule): CompiledRule {
    const kept = compiled.get(rule);
    if (kept !== undefined) return kept;
    let finding: CompiledPart | undefined;
    const made: CompiledRule = {
      expression: compilePart(rule, 'expression'),
      finding: () => (finding ??= compilePart(rule, 'finding')),
    };
    compiled.set(rule, made);
    return made;
  }

  function compilePart(rule: Rule, part: 'expression' | 'finding'): CompiledPart {
    const source = rule[part];
    const scope: Scope = { source, roots: ROOTS[rule.scope], variables: shared.places, library, locals: [] };
    return naming(text(`rule ${rule.id}, ${part}`, `규칙 ${rule.id}의 ${part}`), () => {
      const tree = parseExpression(source);
      return { tree, scope, code: compile(tree, scope) };
    });
  }

  function frameOf(subject: Subject): Frame | string {
    return bounded(() => new Frame(rootsOf(subject, bounds), codes, bounds.steps));
  }

  function judgement(rule: Rule, frame: Frame | string, { expression, finding }: CompiledRule): Judgement {
    const judged =
      typeof frame === 'string' ? frame : bounded(() => verdictOf(frame, expression.code, () => finding().code));
    return typeof judged === 'string'
      ? { rule: rule.id, verdict: 'error', reason: judged }
      : { rule: rule.id, ...judged };
  }

  return {
    compile(rules) {
      for (const rule of rules) compiledRule(rule).finding();
    },
    judge(rules, subject) {
      const ready = rules.map((rule) => ({ rule, parts: compiledRule(rule) }));
      const frame = frameOf(subject);
      return ready.map(({ rule, parts }) => judgement(rule, frame, parts));
    },
    explain(rule, subject) {
      const parts = compiledRule(rule);
      const frame = frameOf(subject);
      const told = judgement(rule, frame, parts);
      if (typeof frame === 'string') return { judgement: told };
      frame.restart();
      const explainer = new Explainer(frame, (name) => shared.all[shared.places.get(name) ?? -1]);
      const tree = bounded(() => explainer.explain(parts.expression.tree, parts.expression.scope));
      return typeof tree === 'string' ? { judgement: told } : { judgement: told, tree };
    },
  };
}

/** The result, or why it is beyond what is taken. */
function bounded<T extends object>(evaluate: () => T): T | string {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof LimitExceeded) return `not judged: ${error.message}`;
    // The stack, or a text longer than the engine can hold.
    if (error instanceof RangeError) return 'not judged: evaluation takes more than there is';
    throw error;
  }
}

function rootsOf(subject: Subject, limits: EvaluationLimits): Roots {
  const preparation = new Preparation(limits);
  const { object, objects, namespaces, params } = subject;
  return {
    object: preparation.prepare(object, 'object'),
    objects: objects === undefined ? new Failure('objects is not given') : preparation.prepare(objects, 'objects'),
    namespaces:
      namespaces === undefined ? new Failure('namespaces is not given') : preparation.prepare(namespaces, 'namespaces'),
    params: { data: params },
    request: new Failure('request is known at admission only'),
  };
}

function verdictOf(frame: Frame, expression: Code, finding: () => Code): Omit<Judgement, 'rule'> {
  const value = frame.run(expression);
  if (value === true) return { verdict: 'pass' };
  if (value === false) return { verdict: 'fail', finding: findingOf(frame, finding()) };
  if (value instanceof Unknown) return { verdict: 'unknown', reason: oneLine(value.paths.join(', ')) };
  return { verdict: 'error', reason: oneLine(whyNot(value, 'bool')) };
}

/** A rule that failed has failed, whatever becomes of its finding. */
function findingOf(frame: Frame, finding: Code): string {
  const value = bounded(() => ({ value: frame.run(finding) }));
  if (typeof value === 'string') return oneLine(`(no finding: ${value})`);
  if (typeof value.value === 'string') return oneLine(value.value);
  if (value.value instanceof Secret) return oneLine(value.value.shown);
  return oneLine(`(no finding: ${whyNot(value.value, 'string')})`);
}

function whyNot(value: Value, wanted: string): string {
  if (value instanceof Failure) return value.message;
  if (value instanceof Unknown) return `not known yet: ${value.paths.join(', ')}`;
  return `the expression is of type ${typeName(value)}, not ${wanted}`;
}
