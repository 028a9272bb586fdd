import { describe, expect, it } from 'vitest';
import { createEvaluator, type JudgedObject, type Judgement } from '../../../policies/evaluation';
import { ruleOf } from './rules';

const evaluator = createEvaluator({ variables: [] });
const SECONDS = 3;
const MEBIBYTES = 200;

/** Judges one hostile subject within bounded time and memory. */
function judged(expression: string, object: JudgedObject): Judgement | undefined {
  const before = process.memoryUsage().rss;
  // CPU time, so that what else the machine does has no say.
  const start = process.cpuUsage();
  const [judgement] = evaluator.judge([ruleOf(expression)], { object, params: {} });
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1e6).toBeLessThan(SECONDS);
  expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(MEBIBYTES);
  return judgement;
}

const error = (reason: string): Judgement => ({ rule: ruleOf('').id, verdict: 'error', reason });
const STEPS = error('not judged: more than 2000000 steps');
const VALUES = error('not judged: more than 500000 values');

function nested(depth: number): JudgedObject {
  let object: JudgedObject = { end: true };
  for (let level = 0; level < depth; level++) object = { deeper: object };
  return object;
}

describe('hostile input', () => {
  it('nesting of 10,000 is an error', () => {
    expect(judged('has(object.deeper)', nested(10_000))).toEqual(error('not judged: nested deeper than 64'));
  });

  it('nesting of 60 is judged', () => {
    expect(judged('has(object.deeper)', nested(60))?.verdict).toBe('pass');
  });

  it('a list of a million items is an error', () => {
    expect(judged('object.list.all(x, x == 1)', { list: Array.from({ length: 1_000_000 }, () => 1) })).toEqual(VALUES);
  });

  it('an object of 10 MB in a million members is an error', () => {
    const object = Object.fromEntries(Array.from({ length: 1_000_000 }, (_, index) => [`key${index}`, index]));
    expect(judged('has(object.key1)', object)).toEqual(VALUES);
  });

  it('an object that holds itself is an error', () => {
    const object: Record<string, JudgedObject> = {};
    object['self'] = object;
    expect(judged('has(object.self)', object)).toEqual(error('not judged: nested deeper than 64'));
  });

  it.each([
    ['loops within loops', 'object.list.all(a, object.list.all(b, object.list.all(c, a + b + c >= 0)))'],
    ['joined lists', 'object.list.map(x, object.list + object.list).map(x, x + x).size() == 1'],
    ['doubled texts', 'object.list.map(x, object.text + object.text).join(object.text).size() == 1'],
    ['replaced texts', "object.text.replace('a', object.text).size() == 1"],
    ['a text between all characters', "object.text.replace('', object.text).size() == 1"],
    ['equal lists', 'object.list.all(x, object.list == object.list)'],
    ['searched lists', 'object.list.all(x, !(-1 in object.list))'],
    ['patterns over long texts', "object.list.all(x, object.text.matches('(a|aa|aaa)*b') || true)"],
  ])('%s take all steps and are an error', (_, expression) => {
    const object = { list: Array.from({ length: 3_000 }, (__, index) => index), text: 'a'.repeat(100_000) };
    expect(judged(expression, object)).toEqual(STEPS);
  });

  it.each(['^(a+)+$', '(a*)*b', '(a|aa)+$', '(.*)*x', 'a?a?a?a?a?a?a?a?a?a?aaaaaaaaaa$', '(a{1,30}){1,30}$'])(
    'the pattern %s takes linear time',
    (pattern) => {
      expect(judged(`object.text.matches('${pattern}')`, { text: `${'a'.repeat(20_000)}!` })).toSatisfy(
        (judgement: Judgement) => judgement.verdict === 'fail' || judgement.verdict === 'error',
      );
    },
  );

  it('a pattern from a parameter that RE2 does not take is an error, of every kind', () => {
    for (const pattern of ['(', '(?=a)', '(a)\\1', 'a{1001}', '((((a{100}){100}){100}){100})', 'a'.repeat(10_000)])
      expect(
        evaluator.judge([ruleOf("object.text.matches(params.data['p'])")], {
          object: { text: 'a' },
          params: { p: pattern },
        }),
      ).toEqual([error('the pattern is not taken by RE2')]);
  });

  it('a text of 10 MB is judged or an error', () => {
    const object = { text: 'a'.repeat(10_000_000) };
    expect(judged("object.text == 'a'", object)?.verdict).toBe('fail');
    expect(judged("object.text.matches('b$')", object)?.verdict).toBe('error');
    expect(judged('object.text.size() == 10000000', object)?.verdict).toBe('pass');
    expect(judged("object.text.split('').size() == 1", object)).toEqual(STEPS);
  });

  it('numbers, quantities and times beyond reason are errors', () => {
    const digits = '9'.repeat(1_000_000);
    const object = { digits, quantity: '1e2147483647', address: `${'1:'.repeat(100_000)}1` };
    expect(judged('int(object.digits) > 0', object)?.verdict).toBe('error');
    expect(judged('double(object.digits) > 0.0', object)?.verdict).toBe('error');
    expect(
      judged(
        'isQuantity(object.digits) || isQuantity(object.quantity) || isIP(object.address) || isCIDR(object.digits)',
        object,
      )?.verdict,
    ).toBe('fail');
    expect(
      judged('duration(object.digits) > duration("1s") || timestamp(object.digits) > timestamp(0)', object)?.verdict,
    ).toBe('error');
  });

  it('keys of prototypes are keys like any other', () => {
    const object: JudgedObject = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "nothing": null}');
    expect(
      judged("object.__proto__.a == 1 && object.constructor == 2 && !has(object.a) && '__proto__' in object", object)
        ?.verdict,
    ).toBe('pass');
    const plain = { map: {} };
    expect(judged('has(plain.map)'.replace('plain', 'object'), plain)?.verdict).toBe('pass');
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])
      expect(judged(`!has(object.map.${key}) && !('${key}' in object.map)`, plain)?.verdict).toBe('pass');
    expect(judged('object.map.constructor == 1', plain)?.verdict).toBe('error');
    expect(judged('object.list.length == 1 || object.text.length == 1', { list: [], text: '' })?.verdict).toBe('error');
  });

  it('what is no JSON is an error', () => {
    for (const value of [new Date(0), new Map(), () => 1, 1n, Symbol('other')])
      expect(evaluator.judge([ruleOf('true')], { object: { value } as never, params: {} })[0]?.verdict).toBe('error');
  });
});

describe('hostile expressions are refused', () => {
  it.each([
    ['too long', `'${'a'.repeat(30_000)}' == ''`],
    ['too many parts', Array.from({ length: 5_000 }, () => 'true').join('&&')],
    ['nested too deeply', `${'('.repeat(5_000)}true${')'.repeat(5_000)}`],
    ['a chain of !', `${'!'.repeat(19_000)}true`],
    ['a chain of -', `${'-'.repeat(19_000)}1 == 1`],
    ['a chain of fields', `object${'.a'.repeat(5_000)}`],
  ])('%s', (_, expression) => {
    expect(() => evaluator.compile([ruleOf(expression)])).toThrow(expect.objectContaining({ code: 'RuleInvalid' }));
  });
});
