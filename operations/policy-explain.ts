import { isAbsolute, join } from 'node:path';
import type { Grade } from '../components/vocabulary';
import type { Text } from '../errors';
import {
  createEvaluator,
  type Evaluator,
  type Explanation,
  type Judged,
  type JudgedObject,
  type Judgement,
} from '../policies/evaluation';
import { namespacesOf } from '../policies/lint/fixture-judge';
import { kindOf, looksAt } from '../policies/lint/fixtures';
import type { Enforcement, Rule } from '../policies/rule';
import { openCatalogue, requireRule, type PolicyOptions } from './policy-catalogue';
import { isObject, readObjects, type ReadObject } from './policy-objects';
import type { Surroundings } from './surroundings';

export interface PolicyExplainOptions extends PolicyOptions {
  readonly rule: string;
  /** YAML or JSON, relative to the working directory. */
  readonly object: string;
  /** Whose params hold. */
  readonly grade: Grade;
}

/** What the rule says of one object. */
export interface ExplainedObject {
  readonly line: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** `skip`: the rule does not look at objects of this kind. */
  readonly verdict: Judgement['verdict'] | 'skip';
  readonly finding?: string;
  readonly reason?: string;
  /** The expression with the values of the parts that decided. */
  readonly why?: Explanation;
}

export interface PolicyExplainResult {
  readonly rule: string;
  readonly title: Text;
  readonly message: Text;
  readonly grade: Grade;
  readonly enforcement: Enforcement;
  readonly expression: string;
  readonly objects: readonly ExplainedObject[];
}

/**
 * Judges the objects of a file by one rule and says which part of its expression decided, with values. For a rule about a whole
 * namespace the file's other objects are what is in it. Throws UsageWrong for an unknown rule or a file that can't be read, RuleInvalid.
 */
export function policyExplain(options: PolicyExplainOptions, surroundings: Surroundings): PolicyExplainResult {
  const catalogue = openCatalogue(options, surroundings);
  const rule = requireRule(catalogue, options.rule);
  const path = isAbsolute(options.object) ? options.object : join(surroundings.cwd, options.object);
  const read = readObjects(path);
  const evaluator = createEvaluator({ variables: catalogue.variables });
  const all = read.map(({ object }) => object);
  const { grade } = options;
  return {
    rule: rule.id,
    title: rule.title,
    message: rule.message,
    grade,
    enforcement: rule.enforcement[grade],
    expression: rule.expression,
    objects: read.map((one) => explained(rule, one, all, catalogue.params[grade], evaluator)),
  };
}

function explained(
  rule: Rule,
  { line, object }: ReadObject,
  all: readonly JudgedObject[],
  params: Readonly<Record<string, string>>,
  evaluator: Evaluator,
): ExplainedObject {
  const { apiVersion, kind, metadata } = object;
  const named = memberOf(metadata, 'name');
  const about = {
    line,
    apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
    kind: typeof kind === 'string' ? kind : '',
    name: typeof named === 'string' ? named : '',
  };
  if (!looksAt(rule, object)) return { ...about, verdict: 'skip', reason: kindOf(object) };
  const others = all.filter((other) => other !== object && belongsTo(other, about.name));
  const { judgement, tree } = evaluator.explain(rule, {
    object,
    params,
    ...(rule.scope === 'object' ? {} : { objects: others, namespaces: namespacesOf(object, others) }),
  });
  const { verdict, finding, reason } = judgement;
  return {
    ...about,
    verdict,
    ...(finding === undefined ? {} : { finding }),
    ...(reason === undefined ? {} : { reason }),
    ...(tree === undefined ? {} : { why: tree }),
  };
}

/** Objects without a namespace are taken for the one that is judged. */
function belongsTo(object: JudgedObject, namespace: string): boolean {
  const named = memberOf(object['metadata'], 'namespace');
  return named === undefined || named === null || named === namespace;
}

function memberOf(value: Judged | undefined, field: string): Judged | undefined {
  return isObject(value) ? value[field] : undefined;
}
