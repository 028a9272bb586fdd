import { describe, expect, it } from 'vitest';
import type { Grade } from '../../../components/vocabulary';
import type { Exemption } from '../../../policies/judge/types';
import { judgePlan, type PlanJudgement } from '../../../policies/plan/judge-plan';
import type { Planned } from '../../../policies/plan/planned';
import type { RuleId } from '../../../policies/rule';
import { catalogueOf, configMap, kindOf, namespace, planned, type TestRule } from './rules';

const NOW = new Date('2026-11-23T12:00:00Z');
const UNKNOWN_TEXT = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

interface Asked {
  readonly rules: readonly TestRule[];
  readonly grade?: Grade;
  readonly exemptions?: readonly Exemption[];
}

function judged(resources: readonly Planned[], { rules, grade = 'open', exemptions = [] }: Asked): PlanJudgement {
  return judgePlan(resources, { catalogue: catalogueOf(...rules), grade, now: NOW, exemptions });
}

const lines = ({ results }: PlanJudgement): string[] =>
  results.map(({ rule, about, verdict, enforcement }) => `${rule.id} ${about.name} ${verdict} ${enforcement}`);
const refused = ({ refusals }: PlanJudgement): string[] =>
  refusals.map(({ rule, about }) => `${rule.id} ${about.name}`);

const NO_DATA: TestRule = { id: 'no-data', expression: '!has(object.data)' };

describe('a plan', () => {
  it('is refused by a mandatory rule that fails, not by an advisory one, and not judged by one that is off', () => {
    const rules: TestRule[] = [
      NO_DATA,
      { ...NO_DATA, id: 'minded', enforcement: { open: 'advisory', sensitive: 'advisory' } },
      { ...NO_DATA, id: 'silent', enforcement: { open: 'off', sensitive: 'mandatory' } },
    ];
    const judgement = judged([configMap('bare'), configMap('full', { data: { a: 'b' } })], { rules });
    expect(lines(judgement)).toEqual(['no-data full fail mandatory', 'minded full fail advisory']);
    expect(refused(judgement)).toEqual(['no-data full']);
    expect(judgement.judged).toBe(4);
  });

  it('with a value that is not known yet is let through and told, but not where the rest decides', () => {
    const rules: TestRule[] = [{ id: 'sized', expression: "object.data.size == '1' && object.data.kind == 'a'" }];
    const unknown = judged([configMap('later', { data: { size: UNKNOWN_TEXT, kind: 'a' } })], { rules });
    expect([lines(unknown), refused(unknown)]).toEqual([['sized later unknown mandatory'], []]);
    expect(unknown.results[0]?.reason).toBe('object.data.size');
    const decided = judged([configMap('later', { data: { size: UNKNOWN_TEXT, kind: 'b' } })], { rules });
    expect([lines(decided), refused(decided)]).toEqual([['sized later fail mandatory'], ['sized later']]);
  });

  it('is refused by a mandatory rule that could not be evaluated, told by an advisory one', () => {
    const rules: TestRule[] = [
      { id: 'broken', expression: "object.data.size == '1'" },
      {
        id: 'broken-too',
        expression: "object.data.size == '1'",
        enforcement: { open: 'advisory', sensitive: 'advisory' },
      },
    ];
    const judgement = judged([configMap('bare')], { rules });
    expect(lines(judgement)).toEqual(['broken bare error mandatory', 'broken-too bare error advisory']);
    expect(refused(judgement)).toEqual(['broken bare']);
  });

  it('tells no secret in what it finds', () => {
    const secret = { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', value: 'canary' };
    const rules: TestRule[] = [{ ...NO_DATA, finding: "'data.a=' + object.data.a" }];
    const [result] = judged([configMap('full', { data: { a: secret } })], { rules }).results;
    expect(result?.finding).toBe('data.a=[secret]');
  });
});

describe('the grade of an object', () => {
  const rules: TestRule[] = [{ ...NO_DATA, enforcement: { open: 'advisory', sensitive: 'mandatory' } }];
  const full = (more: object = {}): Planned => configMap('full', { data: { a: 'b' }, ...more });
  const enforcement = (resources: readonly Planned[], grade: Grade): (string | undefined)[] =>
    judged(resources, { rules, grade }).results.map((result) => result.enforcement);

  it('is its own label, else that of its namespace in the plan, else that of the plan', () => {
    expect(enforcement([full()], 'open')).toEqual(['advisory']);
    expect(enforcement([full()], 'sensitive')).toEqual(['mandatory']);
    const home = namespace('tb-abc123', { 'testbed.io/grade': 'sensitive' });
    expect(enforcement([home, full()], 'open')).toEqual(['mandatory']);
    // Whichever is registered first.
    expect(enforcement([full(), home], 'open')).toEqual(['mandatory']);
    const own = full({ metadata: { name: 'full', namespace: 'tb-abc123', labels: { 'testbed.io/grade': 'open' } } });
    expect(enforcement([home, own], 'sensitive')).toEqual(['advisory']);
  });

  it('is that of the plan where a label says nothing that is a grade, or is not known yet', () => {
    for (const label of ['classified', '', UNKNOWN_TEXT])
      expect(enforcement([namespace('tb-abc123', { 'testbed.io/grade': label }), full()], 'sensitive')).toEqual([
        'mandatory',
      ]);
    expect(enforcement([namespace('tb-other', { 'testbed.io/grade': 'sensitive' }), full()], 'open')).toEqual([
      'advisory',
    ]);
  });
});

describe('a set rule', () => {
  const rules: TestRule[] = [
    { id: 'has-map', scope: 'set', expression: "objects.exists(o, o.kind == 'ConfigMap')" },
    { id: 'alone', scope: 'set', expression: 'size(namespaces) == 1' },
  ];

  it('sees each namespace of the plan with what the plan puts into it', () => {
    const judgement = judged([namespace('tb-one'), namespace('tb-two'), configMap('a', {}, 'tb-one')], {
      rules: rules.slice(0, 1),
    });
    expect(lines(judgement)).toEqual(['has-map tb-two fail mandatory']);
    expect(refused(judgement)).toEqual(['has-map tb-two']);
  });

  it('sees the other namespaces', () => {
    expect(lines(judged([namespace('tb-one'), configMap('a', {}, 'tb-one')], { rules }))).toEqual([]);
    const two = [namespace('tb-one'), namespace('tb-two')].flatMap((home) => [
      home,
      configMap(`in-${home.name}`, {}, home.name),
    ]);
    expect(lines(judged(two, { rules }))).toEqual(['alone tb-one fail mandatory', 'alone tb-two fail mandatory']);
  });

  it('judges nothing where the plan makes no namespace', () => {
    expect(judged([configMap('a')], { rules }).judged).toBe(0);
  });
});

describe('rules about programs and other resources', () => {
  it('look at every registration, and at a type by its name', () => {
    const rules: TestRule[] = [
      {
        id: 'own-provider',
        expression: 'object.explicitProvider',
        match: [{ type: 'pulumi', token: 'pulumi:registration:Resource' }],
      },
      {
        id: 'no-box',
        expression: "object.image != 'bad'",
        match: [{ type: 'pulumi', token: 'docker:index/container:Container' }],
      },
    ];
    const box = planned('docker:index/container:Container', 'box', { image: 'bad' });
    const judgement = judged([{ ...configMap('a'), provider: '' }, box], { rules });
    expect(refused(judgement)).toEqual(['own-provider a', 'no-box box']);
    expect(judgement.judged).toBe(3);
  });

  it('see every object of a list', () => {
    const items = [{ metadata: { name: 'a' } }, { metadata: { name: 'b' }, data: {} }];
    expect(
      refused(judged([planned('kubernetes:core/v1:ConfigMapList', 'maps', { items })], { rules: [NO_DATA] })),
    ).toEqual(['no-data b']);
  });
});

describe('an exemption', () => {
  const exemption: Exemption = {
    rule: 'no-data' as RuleId,
    scope: { namespace: 'tb-abc123', kind: 'ConfigMap', name: 'full' },
    reason: 'moving out, ticket 7',
    approver: 'chief@agency.example',
    until: new Date('2026-11-24T00:00:00Z'),
  };
  const full = configMap('full', { data: {} });
  const verdicts = (change: Partial<Exemption>, rule: Partial<TestRule> = {}, resource = full): string[] =>
    judged([resource], { rules: [{ ...NO_DATA, ...rule }], exemptions: [{ ...exemption, ...change }] }).results.map(
      ({ verdict }) => verdict,
    );

  it('lets the object through that it names, with finding and reason', () => {
    const judgement = judged([full], { rules: [NO_DATA], exemptions: [exemption] });
    expect(judgement.refusals).toEqual([]);
    expect(judgement.results).toMatchObject([{ verdict: 'exempt', finding: 'found', reason: 'moving out, ticket 7' }]);
  });

  it.each([
    ['another rule', { rule: 'other' as RuleId }],
    ['another namespace', { scope: { ...exemption.scope, namespace: 'tb-abc12' } }],
    ['no namespace', { scope: { kind: 'ConfigMap', name: 'full' } }],
    ['another kind', { scope: { ...exemption.scope, kind: 'Secret' } }],
    ['a part of the name', { scope: { ...exemption.scope, name: 'ful' } }],
    ['a pattern', { scope: { ...exemption.scope, name: '*' } }],
    ['a day that has come', { until: NOW }],
    ['a day long gone', { until: new Date('2020-01-01T00:00:00Z') }],
  ])('for %s counts for nothing', (_, change) => {
    expect(verdicts(change)).toEqual(['fail']);
  });

  it('counts for nothing where the rule knows none, and makes neither unknown nor error a pass', () => {
    expect(verdicts({}, { exemptible: false })).toEqual(['fail']);
    expect(verdicts({}, { expression: "object.data.a == 'x'" })).toEqual(['error']);
    const later = configMap('full', { data: { a: UNKNOWN_TEXT } });
    expect(verdicts({}, { expression: "object.data.a == 'x'" }, later)).toEqual(['unknown']);
  });

  it('is not needed by what passes', () => {
    expect(judged([configMap('full')], { rules: [NO_DATA], exemptions: [exemption] }).results).toEqual([]);
  });
});

it('a rule of another point or scope is not judged', () => {
  const rules: TestRule[] = [
    { ...NO_DATA, points: ['admission', 'audit'] },
    { ...NO_DATA, id: 'whole', scope: 'cluster', match: [kindOf('', 'ConfigMap')] },
  ];
  expect(judged([configMap('full', { data: {} })], { rules }).judged).toBe(0);
});
