import type { Grade } from '../../components/vocabulary';
import type { Catalogue } from '../catalogue/load';
import type { Enforcement, Point, Rule, RuleId, Verdict } from '../rule';
import type { JudgedObject } from '../evaluation/types';

/** One object on its way to a judge. */
export interface Item {
  /** A Kubernetes object, or the properties of a Pulumi resource that is none. */
  readonly object: JudgedObject;
  /** The type of the Pulumi resource that it comes from; rules about resources are matched by it. */
  readonly token?: string;
  /** Of the planned resource. */
  readonly urn?: string;
  /** The place of the resource in its program, for what has no Kubernetes name. */
  readonly name?: string;
}

/** What a judgement is about, as people name it. */
export interface Judgee {
  readonly kind: string;
  readonly namespace?: string;
  /** `(unnamed)` stands for a name that is not known yet. */
  readonly name: string;
  readonly urn?: string;
}

/** One rule on one object or namespace. */
export interface Result {
  readonly rule: Rule;
  readonly enforcement: Exclude<Enforcement, 'off'>;
  readonly grade: Grade;
  readonly about: Judgee;
  readonly verdict: Exclude<Verdict, 'skip'>;
  /** On `fail` and `exempt`: where and with which value. */
  readonly finding?: string;
  /** On `unknown` and `error`: what is not known, or why it could not be evaluated. On `exempt`: by whose leave. */
  readonly reason?: string;
}

/** Leave for one object to break one rule until a day; made by another part, honoured here. */
export interface Exemption {
  readonly rule: RuleId;
  readonly scope: { readonly namespace?: string; readonly kind: string; readonly name: string };
  readonly reason: string;
  readonly approver: string;
  readonly until: Date;
}

export interface JudgeOptions {
  readonly catalogue: Catalogue;
  readonly point: Exclude<Point, 'admission'>;
  /** Of what bears no grade itself. */
  readonly grade: Grade;
  readonly now: Date;
  /** Default none. */
  readonly exemptions?: readonly Exemption[];
}
