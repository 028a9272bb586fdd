import type { Grade } from '../components/vocabulary';
import type { Text } from '../errors';

/** Where a rule is judged: before anything exists, in the API server, on what exists. */
export type Point = 'plan' | 'admission' | 'audit';

/** What one judgement sees: one object; a namespace with everything in it; the cluster as a whole. */
export type Scope = 'object' | 'set' | 'cluster';

export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** `mandatory` refuses, `advisory` is reported and warned of, `off`: not judged at this grade. */
export type Enforcement = 'mandatory' | 'advisory' | 'off';

/** Id of a rule, `pod-no-privileged`: [a-z0-9-], unique in a catalogue. With `_` for `-` it is the name of its variable in the API server. */
export type RuleId = string & { readonly __rule: unique symbol };

/**
 * What a rule looks at. A Kubernetes kind at one API version, or the type of a Pulumi resource that is no Kubernetes object.
 * Every kind that makes pods is named on its own; a rule's file says `workloads` for all of them.
 */
export type Matched =
  | {
      readonly type: 'kind';
      readonly group: string;
      readonly version: string;
      readonly kind: string;
      /** Plural, as in the API's paths. */
      readonly resource: string;
      readonly scope: 'Namespaced' | 'Cluster';
      /** `ephemeralcontainers`, `exec`: judged at admission as well or only. */
      readonly subresources: readonly string[];
    }
  | { readonly type: 'pulumi'; readonly token: string };

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'CONNECT';

/** A value that a baseline or a site may set. In CEL it is `params.data['<rule id>.<name>']`, a string; a list stands there one item a line. */
export interface Param {
  readonly name: string;
  readonly type: 'text' | 'list' | 'integer';
  readonly default: string;
  readonly description: Text;
}

/** One control that a rule gives evidence for. A passed technical check is evidence for part of a control, never for all of it. */
export interface Mapping {
  /** Key of a control catalogue: n2sf, isms-p, csap, pipc, kisa-cloud, cis-kubernetes, cis-docker, pss, nist-800-190. */
  readonly catalogue: string;
  readonly control: string;
  /** `supports`: the rule checks a technical part of the control. `related`: the same subject, another requirement. */
  readonly relation: 'supports' | 'related';
}

export interface Fixture {
  readonly name: string;
  /** One object; for a `set` rule the namespace that is judged. */
  readonly object: unknown;
  /** `set` rules: everything beside it. Namespaces among them are the others that are known. */
  readonly objects?: readonly unknown[];
  /** Params beside the defaults, by full key (`image-registry-allowlist.registries`). */
  readonly params?: Readonly<Record<string, string>>;
  /** Failing fixtures: exactly what the rule finds. */
  readonly finding?: string;
}

/** A rule as data: one file of the catalogue. Its CEL text is used as it stands at every point. */
export interface Rule {
  readonly id: RuleId;
  readonly scope: Scope;
  readonly points: readonly Point[];
  readonly title: Text;
  /** What is wrong and what mends it; one line a language. */
  readonly message: Text;
  readonly severity: Severity;
  readonly enforcement: Readonly<Record<Grade, Enforcement>>;
  readonly match: readonly Matched[];
  /** Default CREATE and UPDATE. */
  readonly operations: readonly AdmissionOperation[];
  readonly params: readonly Param[];
  /** CEL, bool: true passes. */
  readonly expression: string;
  /** CEL, string: where it fails and with which value, such as `container app: securityContext.privileged=true`. Evaluated on failures only. */
  readonly finding: string;
  readonly exemptible: boolean;
  /** Oldest Kubernetes minor whose API server takes the expression, such as `1.30`. */
  readonly since: string;
  readonly mappings: readonly Mapping[];
  /** What is not certain about the rule or its mappings; shown with it. */
  readonly uncertain?: Text;
}

/** A CEL expression that rules share, as `variables.<name>`; lazily evaluated, once an object. */
export interface SharedVariable {
  readonly name: string;
  readonly expression: string;
}

/**
 * `unknown`: depends on a value that is known only after creation. `error`: the rule could not be evaluated, which lets nothing through.
 * `exempt`: failed, and a valid exemption covers it. `skip`: not judged (off at this grade, or another kind).
 */
export type Verdict = 'pass' | 'fail' | 'unknown' | 'error' | 'exempt' | 'skip';
