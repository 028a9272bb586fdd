import type { Rule, RuleId, SharedVariable, Verdict } from '../rule';
import type { SourceRange } from './syntax';

/** Stands for a value that is known only after creation, anywhere in a judged object. */
export const UNKNOWN: unique symbol = Symbol('unknown');

/** A value that is judged like any other and printed nowhere: whatever a finding says of it is replaced. */
export class SecretText {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toJSON(): string {
    return '[secret]';
  }
  toString(): string {
    return '[secret]';
  }
}

/** What is judged: JSON, with UNKNOWN and SecretText in it at plan. Never changed by a judgement. */
export type Judged =
  | string
  | number
  | boolean
  | null
  | typeof UNKNOWN
  | SecretText
  | readonly Judged[]
  | { readonly [key: string]: Judged };

export interface JudgedObject {
  readonly [key: string]: Judged;
}

export interface Subject {
  readonly object: JudgedObject;
  /** `set` rules: everything in the namespace `object`. */
  readonly objects?: readonly JudgedObject[];
  /** `set` rules: all namespaces that are known. */
  readonly namespaces?: readonly JudgedObject[];
  /** Full keys; what is missing here is an error for the rule that reads it. */
  readonly params: Readonly<Record<string, string>>;
}

/** Outcome of one rule on one subject. */
export interface Judgement {
  readonly rule: RuleId;
  readonly verdict: Exclude<Verdict, 'exempt' | 'skip'>;
  /** On `fail`: where and with which value. At most 4 KiB, one line, secrets replaced. */
  readonly finding?: string;
  /** On `unknown`: the paths that are not known yet. On `error`: why it could not be evaluated. */
  readonly reason?: string;
}

/** One part of an expression that made it what it is, with its value and the parts that made that. */
export interface Explanation {
  /** The part, printed as CEL on one line. */
  readonly text: string;
  /** Where it stands in its own expression: the rule's, or that of the shared variable above it in the tree. */
  readonly range: SourceRange;
  /** The value as CEL, cut where it is long; `error: ...`; `not known yet: ...`. Secrets are replaced. */
  readonly value: string;
  /** Below `all` and `exists`: which item this is about, by its place in the list (and its name), or the key of the map. */
  readonly item?: { readonly variable: string; readonly index?: number; readonly name?: string; readonly key?: string };
  readonly children: readonly Explanation[];
}

/** A judgement and, unless the subject is beyond the limits, why. */
export interface Explained {
  readonly judgement: Judgement;
  readonly tree?: Explanation;
}

/** Bounds of one judgement. What exceeds them is the verdict `error`. */
export interface EvaluationLimits {
  /** Evaluated nodes of an expression, loops counted. Default 2,000,000 an expression. */
  readonly steps: number;
  /** Nesting of the judged object. Default 64. */
  readonly depth: number;
  /** Values in the judged object (members and items). Default 500,000. */
  readonly values: number;
}

/** Judges rules of one catalogue; made once, used for many subjects. Throws RuleInvalid for a rule that does not compile. */
export interface Evaluator {
  /** Compiles rules before they are needed, to find out whether they do. */
  compile(rules: readonly Rule[]): void;
  /** Rules in the given order. Shared variables are evaluated once a subject, when first needed. */
  judge(rules: readonly Rule[], subject: Subject): readonly Judgement[];
  /** Which parts of a rule's expression made it what it is: the sides of `&&` that are false, the items for which `all` fails. Slower than judging. */
  explain(rule: Rule, subject: Subject): Explained;
}

export interface EvaluatorOptions {
  readonly variables: readonly SharedVariable[];
  readonly limits?: Partial<EvaluationLimits>;
}
