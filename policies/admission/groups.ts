import { GRADES, type Grade } from '../../components/vocabulary';
import type { Catalogue } from '../catalogue/load';
import { WORKLOADS } from '../catalogue/kinds';
import type { Enforcement, Matched, Rule } from '../rule';

type MatchedKind = Extract<Matched, { type: 'kind' }>;

/** Rules that one policy holds: they look at the same kinds and are enforced alike at every grade. */
export interface RuleGroup {
  /** `workloads`, `roles`, `networkpolicies`. */
  readonly family: string;
  readonly matched: readonly MatchedKind[];
  /** Objects of no namespace: bound once for the whole cluster, and asked whether they concern testbeds. */
  readonly clusterScoped: boolean;
  readonly connect: boolean;
  readonly enforcement: Readonly<Record<Grade, Enforcement>>;
  readonly rules: readonly Rule[];
}

/** A rule that the API server of a cluster can't judge. */
export interface LeftOut {
  readonly rule: Rule;
  /** The oldest minor that could. */
  readonly needs: string;
}

/**
 * Groups the rules that are judged at admission. A rule that looks at workloads and at other kinds is in two groups, so that a pod meets as few
 * policies as can be: each costs it most of a millisecond.
 */
export function groupRules(
  catalogue: Catalogue,
  minor: string,
): { readonly groups: readonly RuleGroup[]; readonly leftOut: readonly LeftOut[] } {
  const groups = new Map<string, RuleGroup>();
  const leftOut: LeftOut[] = [];
  for (const rule of catalogue.rules) {
    if (!rule.points.includes('admission') || GRADES.every((grade) => rule.enforcement[grade] === 'off')) continue;
    if (isNewer(rule.since, minor)) {
      leftOut.push({ rule, needs: rule.since });
      continue;
    }
    for (const part of partsOf(rule)) {
      const connect = rule.operations.includes('CONNECT');
      const enforcement = part.clusterScoped ? strictest(rule) : rule.enforcement;
      const key = [
        part.family,
        connect,
        ...part.matched.map(kindName),
        ...GRADES.map((grade) => enforcement[grade]),
      ].join(' ');
      const known = groups.get(key);
      groups.set(key, { ...part, connect, enforcement, rules: [...(known?.rules ?? []), rule] });
    }
  }
  return { groups: [...groups.values()], leftOut };
}

type Part = Pick<RuleGroup, 'family' | 'matched' | 'clusterScoped'>;

function partsOf(rule: Rule): readonly Part[] {
  const kinds = rule.match.filter((matched): matched is MatchedKind => matched.type === 'kind');
  const workloads = kinds.filter((kind) => WORKLOADS.includes(kindName(kind)));
  const others = kinds.filter((kind) => !workloads.includes(kind));
  // A Namespace is matched by its own labels, like what is in it.
  const outside = others.filter(({ scope, kind }) => scope === 'Cluster' && kind !== 'Namespace');
  const inside = others.filter((kind) => !outside.includes(kind));
  return [
    { family: 'workloads', matched: workloads, clusterScoped: false },
    { family: familyOf(inside), matched: inside, clusterScoped: false },
    { family: familyOf(outside), matched: outside, clusterScoped: true },
  ].filter(({ matched }) => matched.length > 0);
}

function kindName({ group, version, kind }: MatchedKind): string {
  return `${group === '' ? '' : `${group}/`}${version}/${kind}`;
}

/** After the first kind: names stay readable, and their digest tells groups apart. */
function familyOf(kinds: readonly MatchedKind[]): string {
  const [first] = kinds;
  return first === undefined ? '' : kinds.length === 1 ? first.resource : `${first.resource}-etc`;
}

/** What belongs to no namespace has no grade: it is held to the stricter of both. */
function strictest(rule: Rule): Readonly<Record<Grade, Enforcement>> {
  const all = GRADES.map((grade) => rule.enforcement[grade]);
  const one = all.includes('mandatory') ? 'mandatory' : 'advisory';
  return { open: one, sensitive: one };
}

/** Whether a minor (`1.31`) is newer than another. */
function isNewer(minor: string, than: string): boolean {
  const [, a = '0'] = minor.split('.');
  const [, b = '0'] = than.split('.');
  return Number.parseInt(a, 10) > Number.parseInt(b, 10);
}
