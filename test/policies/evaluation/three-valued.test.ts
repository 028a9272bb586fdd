import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEvaluator, UNKNOWN, type Judged, type JudgedObject } from '../../../policies/evaluation';
import { generatedExpression, generatedSpec } from './generated';
import { ruleOf } from './rules';

const evaluator = createEvaluator({ variables: [] });
type Truth = 'true' | 'false' | 'unknown' | 'error';

function truthOf(expression: string, object: JudgedObject): Truth {
  const [judgement] = evaluator.judge([ruleOf(expression)], { object, params: {} });
  const truths = { pass: 'true', fail: 'false', unknown: 'unknown', error: 'error' } as const;
  return truths[judgement?.verdict ?? 'error'];
}

const OPERAND: Readonly<Record<Truth, string>> = {
  true: 'object.t',
  false: 'object.f',
  unknown: 'object.u',
  error: 'object.none',
};
const OBJECT: JudgedObject = { t: true, f: false, u: UNKNOWN };
const TRUTHS: readonly Truth[] = ['true', 'false', 'unknown', 'error'];
const pairs = TRUTHS.flatMap((left) => TRUTHS.map((right): readonly [Truth, Truth] => [left, right]));

/** What both `and` and `or` make of two sides: the decisive value, else unknown, else an error. */
function combined(sides: readonly Truth[], decisive: Truth, other: Truth): Truth {
  return ([decisive, 'unknown', 'error'] as const).find((truth) => sides.includes(truth)) ?? other;
}

describe('logic with what is not known yet', () => {
  it.each(pairs)('%s && %s', (left, right) => {
    expect(truthOf(`${OPERAND[left]} && ${OPERAND[right]}`, OBJECT)).toBe(combined([left, right], 'false', 'true'));
  });

  it.each(pairs)('%s || %s', (left, right) => {
    expect(truthOf(`${OPERAND[left]} || ${OPERAND[right]}`, OBJECT)).toBe(combined([left, right], 'true', 'false'));
  });

  it.each(pairs)('all and exists over %s, %s are && and ||', (left, right) => {
    const list = `[0, 1].%(i, i == 0 ? ${OPERAND[left]} : ${OPERAND[right]})`;
    expect(truthOf(list.replace('%', 'all'), OBJECT)).toBe(combined([left, right], 'false', 'true'));
    expect(truthOf(list.replace('%', 'exists'), OBJECT)).toBe(combined([left, right], 'true', 'false'));
  });

  it.each(pairs)('exists_one, filter and map over %s, %s: an error before unknown', (left, right) => {
    const list = `[0, 1].%(i, i == 0 ? ${OPERAND[left]} : ${OPERAND[right]})`;
    const special = (['error', 'unknown'] as const).find((truth) => left === truth || right === truth);
    const holding = [left, right].filter((truth) => truth === 'true').length;
    expect(truthOf(list.replace('%', 'exists_one'), OBJECT)).toBe(special ?? String(holding === 1));
    expect(truthOf(`${list.replace('%', 'filter')}.size() == ${holding}`, OBJECT)).toBe(special ?? 'true');
    expect(truthOf(`${list.replace('%', 'map')}.size() == 2`, OBJECT)).toBe(special ?? 'true');
  });

  it.each(TRUTHS)('! and ?: of %s', (truth) => {
    const passed = truth === 'unknown' || truth === 'error';
    expect(truthOf(`!${OPERAND[truth]}`, OBJECT)).toBe(passed ? truth : String(truth === 'false'));
    expect(truthOf(`${OPERAND[truth]} ? false : true`, OBJECT)).toBe(passed ? truth : String(truth === 'false'));
  });

  it.each(pairs)('%s == %s: an error before unknown', (left, right) => {
    const special = (['error', 'unknown'] as const).find((truth) => left === truth || right === truth);
    expect(truthOf(`${OPERAND[left]} == ${OPERAND[right]}`, OBJECT)).toBe(special ?? String(left === right));
  });
});

describe('what is known of lists and maps with unknown values', () => {
  const object: JudgedObject = {
    list: [1, UNKNOWN],
    map: { a: 1, u: UNKNOWN },
    replicas: UNKNOWN,
    pods: [{ name: UNKNOWN }],
  };

  it.each<[string, Truth]>([
    ['size(object.list) == 2', 'true'],
    ['object.list[0] == 1', 'true'],
    ['object.list[1] == 1', 'unknown'],
    ['1 in object.list', 'true'],
    ['2 in object.list', 'unknown'],
    ['object.list == [1]', 'false'],
    ['object.list == [1, 2]', 'unknown'],
    ['object.list == [2, 2]', 'false'],
    ['object.list.exists(x, x == 1)', 'true'],
    ['object.list.all(x, x == 2)', 'false'],
    ['object.list.all(x, x == 1)', 'unknown'],
    ['(object.list + [3]).size() == 3', 'true'],
    ['object.list.filter(x, true).size() == 2', 'true'],
    ['object.list.map(x, 1).size() == 2', 'true'],
    ['object.list.map(x, x).size() == 2', 'unknown'],
    ['has(object.map.u)', 'unknown'],
    ['has(object.map.u.further)', 'unknown'],
    ['has(object.map.a)', 'true'],
    ['has(object.map.b)', 'false'],
    ["'u' in object.map", 'unknown'],
    ["'a' in object.map", 'true'],
    ['size(object.map) == 2', 'unknown'],
    ["object.map.all(k, k in ['a', 'u'])", 'true'],
    ["object.map.all(k, k == 'a')", 'unknown'],
    ["object.map.exists(k, k == 'u')", 'unknown'],
    ["object.map.exists(k, k == 'a')", 'true'],
    ["object.map == {'a': 2}", 'false'],
    ["object.map == {'a': 1}", 'unknown'],
    ['object.replicas > 1', 'unknown'],
    ["'x' + object.replicas == 'y'", 'unknown'],
    ['object.replicas.startsWith("a")', 'unknown'],
    ['object.pods.all(p, p.name.size() > 0 || true)', 'true'],
    ['object.none + object.replicas == 1', 'error'],
  ])('%s is %s', (expression, truth) => {
    expect(truthOf(expression, object)).toBe(truth);
  });

  it('the reason names where the unknown values stand', () => {
    const expression = "object.map.u == 1 && object.list[1] == 2 && object.pods.all(p, p.name == 'x')";
    expect(evaluator.judge([ruleOf(expression)], { object, params: {} })).toEqual([
      { rule: 'under-test', verdict: 'unknown', reason: 'object.list[1], object.map.u, object.pods[0].name' },
    ]);
  });
});

describe('an unknown value that becomes known', () => {
  it('changes no verdict that was not unknown', () => {
    fc.assert(
      fc.property(generatedExpression(3), generatedSpec, fc.infiniteStream(fc.boolean()), (expression, spec, hides) => {
        // Values of the known object are hidden here and there; an absent member may be unknown before, too.
        const hide = (): boolean => hides.next().value === true;
        const hidden = (value: Judged): Judged => (hide() ? UNKNOWN : kept(value));
        const kept = (value: Judged): Judged => {
          if (Array.isArray(value)) return value.map(hidden);
          return typeof value === 'object' && value !== null ? members(value as JudgedObject) : value;
        };
        const members = (value: JudgedObject): JudgedObject =>
          Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hidden(member)]));
        const absent = ['a', 'b', 'flag', 'list', 'items', 'map'].filter((key) => !(key in spec) && hide());
        const partly = { ...members(spec), ...Object.fromEntries(absent.map((key) => [key, UNKNOWN] as const)) };
        const before = truthOf(expression, { spec: partly });
        const after = truthOf(expression, { spec });
        expect({ expression, spec, before: before === 'unknown' ? after : before }).toEqual({
          expression,
          spec,
          before: after,
        });
      }),
      { numRuns: 3_000 },
    );
  });
});
