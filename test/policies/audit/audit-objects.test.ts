import { describe, expect, it } from 'vitest';
import type { Grade } from '../../../components/vocabulary';
import { auditObjects } from '../../../policies/audit/audit-objects';
import type { JudgedObject } from '../../../policies/evaluation/types';
import type { Exemption } from '../../../policies/judge/types';
import type { RuleId } from '../../../policies/rule';
import { catalogueOf, kindOf, type TestRule } from '../plan/rules';

const NOW = new Date('2026-11-23T12:00:00Z');

interface Asked {
  readonly rules: readonly TestRule[];
  readonly grade?: Grade;
  readonly exemptions?: readonly Exemption[];
}

async function audited(
  objects: AsyncIterable<JudgedObject> | Iterable<JudgedObject>,
  { rules, grade = 'open', exemptions = [] }: Asked,
): Promise<string[]> {
  const said: string[] = [];
  for await (const { rule, about, verdict, enforcement } of auditObjects(objects, {
    catalogue: catalogueOf(...rules),
    grade,
    now: NOW,
    exemptions,
  }))
    said.push(`${rule.id} ${about.namespace ?? '-'}/${about.name} ${verdict} ${enforcement}`);
  return said;
}

const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): JudgedObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});
const map = (name: string, more: JudgedObject = {}, home = 'tb-one'): JudgedObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: home },
  ...more,
});
const NO_DATA: TestRule = { id: 'no-data', expression: '!has(object.data)' };
const HAS_MAP: TestRule = { id: 'has-map', scope: 'set', expression: "objects.exists(o, o.kind == 'ConfigMap')" };

describe('an audit', () => {
  it('tells every result, passed ones too, object by object, and those of sets at the end', async () => {
    const objects = [namespace('tb-one'), map('a'), map('b', { data: {} }), namespace('tb-two')];
    expect(await audited(objects, { rules: [NO_DATA, HAS_MAP] })).toEqual([
      'no-data tb-one/a pass mandatory',
      'no-data tb-one/b fail mandatory',
      'has-map -/tb-one pass mandatory',
      'has-map -/tb-two fail mandatory',
    ]);
  });

  it('judges as objects come: the first result is there before the second object is asked for', async () => {
    const asked: string[] = [];
    async function* stream(): AsyncGenerator<JudgedObject> {
      for (const name of ['a', 'b']) {
        asked.push(name);
        yield map(name);
        await Promise.resolve();
      }
    }
    const results = auditObjects(stream(), { catalogue: catalogueOf(NO_DATA), grade: 'open', now: NOW });
    expect((await results.next()).value).toMatchObject({ about: { name: 'a' } });
    expect(asked).toEqual(['a']);
    await results.return();
  });

  it('takes the grade of an object, of its namespace where that came by, else the given one', async () => {
    const rules: TestRule[] = [{ ...NO_DATA, enforcement: { open: 'advisory', sensitive: 'mandatory' } }];
    const full = map('a', { data: {} });
    expect(await audited([full], { rules })).toEqual(['no-data tb-one/a fail advisory']);
    const home = namespace('tb-one', { 'testbed.io/grade': 'sensitive' });
    expect(await audited([home, full], { rules })).toEqual(['no-data tb-one/a fail mandatory']);
    expect(await audited([full, home], { rules })).toEqual(['no-data tb-one/a fail advisory']);
  });

  it('honours exemptions until their end, exactly where they are given', async () => {
    const given = {
      rule: 'no-data' as RuleId,
      scope: { namespace: 'tb-one', kind: 'ConfigMap', name: 'a' },
      reason: 'r',
      approver: 'p',
    };
    const objects = [map('a', { data: {} }), map('b', { data: {} })];
    const until = (day: string): Promise<string[]> =>
      audited(objects, { rules: [NO_DATA], exemptions: [{ ...given, until: new Date(day) }] });
    expect(await until('2026-11-24')).toEqual(['no-data tb-one/a exempt mandatory', 'no-data tb-one/b fail mandatory']);
    expect(await until('2026-11-23')).toEqual(['no-data tb-one/a fail mandatory', 'no-data tb-one/b fail mandatory']);
  });

  it('gives set rules what they name, of the namespace that is judged only', async () => {
    const rules: TestRule[] = [{ ...HAS_MAP, expression: "objects.filter(o, o.kind == 'ConfigMap').size() == 2" }];
    const pod: JudgedObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'tb-one' } };
    const objects = [namespace('tb-one'), map('a'), pod, map('b'), map('c', {}, 'tb-two')];
    expect(await audited(objects, { rules })).toEqual(['has-map -/tb-one pass mandatory']);
  });

  it('tells a rule that could not be evaluated, and goes on', async () => {
    const rules: TestRule[] = [{ id: 'sized', expression: "object.data.size == '1'" }];
    expect(await audited([map('a'), map('b', { data: { size: '1' } })], { rules })).toEqual([
      'sized tb-one/a error mandatory',
      'sized tb-one/b pass mandatory',
    ]);
  });

  it('judges nothing that no rule looks at, nor by rules of the plan', async () => {
    const rules: TestRule[] = [
      { ...NO_DATA, points: ['plan'] },
      { ...NO_DATA, id: 'of-pods', match: [kindOf('', 'Pod')] },
    ];
    expect(await audited([map('a', { data: {} }), { kind: 'ConfigMap' }, {}], { rules })).toEqual([]);
  });
});
