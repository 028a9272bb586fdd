import type { Catalogue } from '../catalogue/load';
import type { Point, Rule } from '../rule';

/** The rules of one point by what they look at, so that an object meets only its own. */
export interface RuleIndex {
  /** `object` rules for a kind (`apps/Deployment`). */
  forKind(key: string): readonly Rule[];
  /** `object` rules for the type of a Pulumi resource. */
  forToken(token: string): readonly Rule[];
  /** `set` rules for the kind that a set is named by. */
  setsOf(key: string): readonly Rule[];
  readonly sets: readonly Rule[];
}

const NONE: readonly Rule[] = [];

/** Made once a catalogue and point. */
export function indexRules(catalogue: Catalogue, point: Point): RuleIndex {
  const kinds = new Map<string, Rule[]>();
  const tokens = new Map<string, Rule[]>();
  const sets = new Map<string, Rule[]>();
  const add = (map: Map<string, Rule[]>, key: string, rule: Rule): void => {
    const known = map.get(key);
    if (known === undefined) map.set(key, [rule]);
    else if (!known.includes(rule)) known.push(rule);
  };
  for (const rule of catalogue.rules) {
    if (!rule.points.includes(point) || rule.scope === 'cluster') continue;
    for (const matched of rule.match) {
      if (matched.type === 'pulumi') add(tokens, matched.token, rule);
      else add(rule.scope === 'set' ? sets : kinds, `${matched.group}/${matched.kind}`, rule);
    }
  }
  return {
    forKind: (key) => kinds.get(key) ?? NONE,
    forToken: (token) => tokens.get(token) ?? NONE,
    setsOf: (key) => sets.get(key) ?? NONE,
    sets: [...new Set([...sets.values()].flat())],
  };
}
