import { describe, expect, it } from 'vitest';
import { createEvaluator, SecretText, type JudgedObject } from '../../../policies/evaluation';
import { ruleOf } from './rules';

const evaluator = createEvaluator({ variables: [] });
const judged = (expression: string, object: JudgedObject, finding = "'found'") =>
  evaluator.judge([ruleOf(expression, { finding })], { object, params: {} })[0];

describe('secrets', () => {
  const object: JudgedObject = {
    name: 'app',
    password: new SecretText('hunter2'),
    list: [new SecretText('hunter2'), 'b'],
    number: new SecretText('4711'),
  };

  it('are judged by their value', () => {
    expect(
      judged("object.password == 'hunter2' && object.password.startsWith('hun') && object.password.size() == 7", object)
        ?.verdict,
    ).toBe('pass');
    expect(
      judged("object.password in ['hunter2'] && 'hunter2' in object.list && object.list == ['hunter2', 'b']", object)
        ?.verdict,
    ).toBe('pass');
    expect(
      judged("object.list.exists(x, x.matches('^hunter')) && int(object.number) + 1 == 4712", object)?.verdict,
    ).toBe('pass');
    expect(judged("object.list.join(',') == 'hunter2,b' && object.list.indexOf('hunter2') == 0", object)?.verdict).toBe(
      'pass',
    );
    expect(
      judged("{'hunter2': 1}[object.password] == 1 && object.password > 'h' && object.list.isSorted() == false", object)
        ?.verdict,
    ).toBe('pass');
  });

  it.each([
    ["'container ' + object.name + ': password=' + object.password", 'container app: password=[secret]'],
    ["object.list.join(', ')", '[secret], b'],
    ['object.password', '[secret]'],
    ['object.password.substring(0, 3)', '[secret]'],
    ["object.password.replace('h', 'H')", '[secret]'],
    ["object.password.split('').join('-')", '[secret]-[secret]-[secret]-[secret]-[secret]-[secret]-[secret]'],
    ["'length ' + string(object.password.size())", 'length [secret]'],
    ["'next ' + string(int(object.number) + 1)", 'next [secret]'],
    ["string(-int(object.number)) + '!'", '[secret]!'],
    ["[object.password].map(p, p + '?').join('')", '[secret]?'],
    ['[object.password][0]', '[secret]'],
    ["{'k': object.password}.k", '[secret]'],
    ["object.password.findAll('h.').join()", '[secret]'],
    ['dyn(object.password).lowerAscii()', '[secret]'],
    ['object.list.min()', '[secret]'],
    ['object.none', '(no finding: no such key: none)'],
    ["{'a': 'b'}[object.password]", '(no finding: no such key)'],
    ['string(int(object.password))', '(no finding: type conversion error from string to int)'],
    ['object.password + 1', '(no finding: no such overload: string + int)'],
  ])('are not in a finding of %s', (finding, printed) => {
    expect(judged('false', object, finding)?.finding).toBe(printed);
  });

  it('are in no explanation', () => {
    const expression =
      "object.password.size() > 100 || object.list.exists(x, x + 'y' == 'z') || {'k': [object.password]}.k == object.list || object.password == 'x'";
    const { judgement, tree } = evaluator.explain(ruleOf(expression, { finding: 'object.password' }), {
      object,
      params: {},
    });
    expect(judgement).toEqual({ rule: 'under-test', verdict: 'fail', finding: '[secret]' });
    expect(JSON.stringify(tree)).not.toContain('hunter');
    expect(JSON.stringify(tree)).toContain('[secret]');
  });
});
