import type { Catalogue } from '../../../policies/catalogue/load';
import type { Rule, RuleId, Scope } from '../../../policies/rule';
import type { Planned } from '../../../policies/plan/planned';

/** As far as a test cares about a rule; it looks at ConfigMaps, or at namespaces where it is a set rule, and is mandatory. */
export interface TestRule extends Partial<Pick<Rule, 'enforcement' | 'exemptible' | 'points' | 'match'>> {
  readonly id: string;
  readonly scope?: Scope;
  readonly expression: string;
  readonly finding?: string;
}

export function kindOf(group: string, kind: string): Rule['match'][number] {
  return { type: 'kind', group, version: 'v1', kind, resource: 'any', scope: 'Namespaced', subresources: [] };
}

export function ruleOf({ id, scope = 'object', expression, finding = "'found'", ...rest }: TestRule): Rule {
  return {
    // Ids of a test's own are ids of its catalogue.
    id: id as RuleId,
    scope,
    points: ['plan', 'audit'],
    title: { en: id, ko: id },
    message: { en: 'mend it', ko: '고치십시오' },
    severity: 'high',
    enforcement: { open: 'mandatory', sensitive: 'mandatory' },
    match: [kindOf('', scope === 'set' ? 'Namespace' : 'ConfigMap')],
    operations: ['CREATE', 'UPDATE'],
    params: [],
    expression,
    finding,
    exemptible: true,
    since: '1.30',
    mappings: [],
    ...rest,
  };
}

export function catalogueOf(...rules: readonly TestRule[]): Catalogue {
  return {
    rules: rules.map(ruleOf),
    variables: [],
    params: { open: {}, sensitive: {} },
    baselines: new Map(),
    origins: new Map(),
  };
}

/** A resource that a program registers, with a provider of its own. */
export function planned(type: string, name: string, properties: Readonly<Record<string, unknown>>): Planned {
  return { urn: `urn:pulumi:s::p::${type}::${name}`, type, name, provider: 'urn:own::1', properties };
}

export function configMap(
  name: string,
  more: Readonly<Record<string, unknown>> = {},
  namespace = 'tb-abc123',
): Planned {
  return planned('kubernetes:core/v1:ConfigMap', name, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    ...more,
  });
}

export function namespace(name: string, labels: Readonly<Record<string, unknown>> = {}): Planned {
  return planned('kubernetes:core/v1:Namespace', name, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  });
}
