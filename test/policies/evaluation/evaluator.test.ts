import { describe, expect, it } from 'vitest';
import { createEvaluator, SecretText, UNKNOWN, type JudgedObject } from '../../../policies/evaluation';
import { ruleOf } from './rules';

const evaluator = createEvaluator({
  variables: [
    { name: 'containers', expression: 'has(object.containers) ? object.containers : []' },
    { name: 'names', expression: 'variables.containers.map(c, c.name)' },
    { name: 'broken', expression: 'object.none.further' },
    { name: 'endless', expression: 'object.many.all(a, object.many.all(b, object.many.all(c, true)))' },
  ],
});
const judged = (expression: string, object: JudgedObject, finding = "'found'", params: Record<string, string> = {}) =>
  evaluator.judge([ruleOf(expression, { finding })], { object, params })[0];

describe('a judgement', () => {
  it('passes where the expression is true and evaluates no finding', () => {
    expect(judged('true', {}, 'object.none')).toEqual({ rule: 'under-test', verdict: 'pass' });
  });

  it('fails with the finding on one line, at most 4 KiB of UTF-8', () => {
    expect(judged('false', {}, "'first\\nsecond'")?.finding).toBe('first second');
    const long = judged('false', { text: '가'.repeat(5_000) }, 'object.text')?.finding ?? '';
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(4_096);
    expect(long).toBe(`${'가'.repeat(1_364)}...`);
  });

  it('fails even where the finding does not say why', () => {
    expect(judged('false', {}, 'object.none')?.finding).toBe('(no finding: no such key: none)');
    expect(judged('false', {}, '1')?.finding).toBe('(no finding: the expression is of type int, not string)');
    expect(judged('false', { u: UNKNOWN }, "'x' + object.u")?.finding).toBe('(no finding: not known yet: object.u)');
    expect(
      judged('false', { many: Array.from({ length: 500 }, () => 1) }, "variables.endless ? 'a' : 'b'")?.finding,
    ).toBe('(no finding: not judged: more than 2000000 steps)');
  });

  it('is an error where the expression is no bool', () => {
    expect(judged("'true'", {})).toEqual({
      rule: 'under-test',
      verdict: 'error',
      reason: 'the expression is of type string, not bool',
    });
  });

  it('takes null and undefined members as absent, but not the items of lists', () => {
    const object = { a: null, list: [null], deep: { b: null } };
    expect(
      judged('!has(object.a) && !has(object.deep.b) && object.deep == {} && object.list[0] == null', object)?.verdict,
    ).toBe('pass');
    expect(judged('!has(object.a)', { a: undefined } as never)?.verdict).toBe('pass');
    expect(judged("{'a': null}.a == null && has({'a': null}.a)", {})?.verdict).toBe('pass');
  });

  it('never changes what is judged', () => {
    const list = Object.freeze([1, { s: new SecretText('x') }]);
    const object: JudgedObject = Object.freeze({ a: null, u: UNKNOWN, list });
    expect(judged('object.list.size() == 2', object)?.verdict).toBe('pass');
    expect(object).toEqual({ a: null, u: UNKNOWN, list: [1, { s: new SecretText('x') }] });
  });

  it('reads parameters by their full keys; a missing one is an error', () => {
    expect(judged("params.data['r.list'].split('\\n').size() == 2", {}, undefined, { 'r.list': 'a\nb' })?.verdict).toBe(
      'pass',
    );
    expect(judged("params.data['r.none'] == ''", {})).toEqual({
      rule: 'under-test',
      verdict: 'error',
      reason: 'no such key: r.none',
    });
  });

  it('of a set sees all objects; what is not given and the request are errors', () => {
    const set = ruleOf("objects.exists(o, o.kind == 'NetworkPolicy') && namespaces.size() == 1", { scope: 'set' });
    const objects = [{ kind: 'NetworkPolicy' }];
    expect(evaluator.judge([set], { object: {}, objects, namespaces: [{}], params: {} })[0]?.verdict).toBe('pass');
    expect(evaluator.judge([set], { object: {}, params: {} })[0]?.reason).toBe('objects is not given');
    expect(judged("request.operation == 'CREATE'", {})?.reason).toBe('request is known at admission only');
  });
});

describe('shared variables', () => {
  it('can use those above them', () => {
    expect(judged("variables.names == ['a', 'b']", { containers: [{ name: 'a' }, { name: 'b' }] })?.verdict).toBe(
      'pass',
    );
  });

  it('are evaluated where they are used, inside loops too', () => {
    expect(
      judged('object.list.all(x, variables.names.all(n, n.size() >= x))', { list: [0, 1], containers: [{ name: 'a' }] })
        ?.verdict,
    ).toBe('pass');
  });

  it('that are errors or take too long are so for each rule that uses them, and for no other', () => {
    const rules = [
      'variables.broken == 1',
      'variables.broken == 2',
      'variables.endless',
      'variables.endless || true',
      'true',
    ].map((e) => ruleOf(e));
    const many = Array.from({ length: 500 }, () => 1);
    expect(
      evaluator.judge(rules, { object: { many }, params: {} }).map(({ reason, verdict }) => reason ?? verdict),
    ).toEqual([
      'no such key: none',
      'no such key: none',
      'not judged: more than 2000000 steps',
      'not judged: more than 2000000 steps',
      'pass',
    ]);
  });

  it('do not use up the steps of the rule that needs them first', () => {
    const frugal = createEvaluator({
      variables: [{ name: 'half', expression: 'object.list.all(x, x >= 0)' }],
      limits: { steps: 500 },
    });
    const rule = ruleOf('variables.half && object.list.all(x, x >= 0)');
    expect(
      frugal.judge([rule], { object: { list: Array.from({ length: 100 }, () => 1) }, params: {} })[0]?.verdict,
    ).toBe('pass');
  });

  it.each([
    ['itself', [{ name: 'a', expression: 'variables.a' }]],
    [
      'one below it',
      [
        { name: 'a', expression: 'variables.b' },
        { name: 'b', expression: 'true' },
      ],
    ],
    [
      'a name twice',
      [
        { name: 'a', expression: 'true' },
        { name: 'a', expression: 'true' },
      ],
    ],
  ])('%s is refused', (_, variables) => {
    expect(() => createEvaluator({ variables })).toThrow(expect.objectContaining({ code: 'RuleInvalid' }));
  });
});

describe('rules that are refused when compiled', () => {
  it.each([
    ['oldObject.spec == 1', "'oldObject' is not known here; there are object, params, request, variables"],
    ['objects.size() == 1', "'objects' is not known here; there are object, params, request, variables"],
    ['variables.none', 'variables.none is not known here; a shared variable can use the ones above it'],
    ['variables == 1', "'variables' has no value of its own; name one of them, such as variables.pod"],
    ['object.x.frobnicate()', 'there is no function .frobnicate() in the dialect of rules'],
    ['size(object, object) == 1', 'there is no function size(_, _) in the dialect of rules'],
    ['object.?x == 1', 'Expected IDENTIFIER, got QUESTION'],
    ['1u == 1', 'uint and bytes are not in the dialect of rules'],
    [
      "object.x.matches('(?=a)')",
      "RE2 does not take the pattern '(?=a)': error parsing regexp: invalid or unsupported Perl syntax: `(?=`",
    ],
    ['object.x ==', 'Unexpected token: EOF'],
    ['9223372036854775808 > 1', '9223372036854775808 does not fit an int of 64 bits'],
    ['has(object)', 'has() takes one path that ends in a field, such as has(object.spec)'],
    ['object.x.all(1, true)', 'all(var, predicate) invalid predicate iteration variable'],
  ])('%s', (expression, message) => {
    expect(() => evaluator.compile([ruleOf(expression)])).toThrow(message);
  });

  it('are named with their part, line and column', () => {
    expect(() => evaluator.compile([ruleOf('true', { finding: "'a' +\n  nothing" })])).toThrow(
      /^rule under-test, finding: CEL at 2:3: 'nothing' is not known here/,
    );
  });
});
