import type { Grade } from '../../components/vocabulary';
import type { JudgedObject } from '../evaluation/types';
import { createJudge } from '../judge/judge';
import { gradeLabel, kindKey, nameOf, namespaceOf } from '../judge/names';
import type { Exemption, Result } from '../judge/types';
import type { Catalogue } from '../catalogue/load';

const NAMESPACE = '/Namespace';

export interface AuditOptions {
  readonly catalogue: Catalogue;
  /** Of what bears no grade label and whose namespace has not come by before it. */
  readonly grade: Grade;
  readonly now: Date;
  readonly exemptions?: readonly Exemption[];
}

/**
 * Judges what exists, one object after the other as it comes: of a cluster, of manifests, of a state. Only objects that set rules look at
 * are kept until the end. Namespaces should come first, so that the grade of what is in them is known; results of set rules come last.
 */
export async function* auditObjects(
  objects: AsyncIterable<JudgedObject> | Iterable<JudgedObject>,
  options: AuditOptions,
): AsyncGenerator<Result, void, undefined> {
  const judge = createJudge({ ...options, point: 'audit' });
  const kept = keptKinds(judge.index.sets.map(({ expression, finding }) => expression + finding));
  const namespaces = new Map<string, JudgedObject>();
  const within = new Map<string, JudgedObject[]>();
  for await (const object of objects) {
    const namespace = namespaceOf(object);
    const key = kindKey(object);
    const name = nameOf(object);
    if (key === NAMESPACE && name !== undefined) namespaces.set(name, object);
    if (typeof namespace === 'string' && key !== undefined && kept(key.slice(key.indexOf('/') + 1))) {
      const there = within.get(namespace);
      if (there === undefined) within.set(namespace, [object]);
      else there.push(object);
    }
    const home = typeof namespace === 'string' ? namespaces.get(namespace) : undefined;
    yield* judge.judge({ object }, home === undefined ? undefined : gradeLabel(home));
  }
  const all = [...namespaces.values()];
  for (const [name, object] of namespaces) yield* judge.judgeSet({ object }, within.get(name) ?? [], all);
}

/** A set rule can only tell apart the kinds that it names; a kind that none names need not be kept. */
function keptKinds(texts: readonly string[]): (kind: string) => boolean {
  const named = new Set(
    texts.flatMap((text) => [...text.matchAll(/['"]([A-Z][A-Za-z]*)['"]/g)].map(([, kind]) => kind)),
  );
  return (kind) => named.has(kind);
}
