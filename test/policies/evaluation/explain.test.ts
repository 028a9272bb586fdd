import { describe, expect, it } from 'vitest';
import { createEvaluator, UNKNOWN, type Explanation, type JudgedObject } from '../../../policies/evaluation';
import { ruleOf } from './rules';

const evaluator = createEvaluator({
  variables: [
    { name: 'containers', expression: 'has(object.containers) ? object.containers : []' },
    { name: 'names', expression: 'variables.containers.map(c, c.name)' },
  ],
});

describe('explanations', () => {
  const lines = ({ text, value, item, children }: Explanation, depth = 0): string[] => {
    const about =
      item === undefined
        ? ''
        : `${item.variable}=${item.key ?? `${item.index}${item.name === undefined ? '' : ` ${item.name}`}`} `;
    return [
      `${'  '.repeat(depth)}${about}${text} is ${value}`,
      ...children.flatMap((child) => lines(child, depth + 1)),
    ];
  };
  const explained = (expression: string, object: JudgedObject): readonly string[] => {
    const { tree } = evaluator.explain(ruleOf(expression), { object, params: {} });
    return tree === undefined ? [] : lines(tree);
  };

  it('show the sides of && that are false, and only those', () => {
    expect(explained('object.a == 1 && object.b == 1 && object.c > object.b', { a: 1, b: 2, c: 1 })).toEqual([
      'object.a == 1 && object.b == 1 && object.c > object.b is false',
      '  object.b == 1 is false',
      '    object.b is 2',
      '  object.c > object.b is false',
      '    object.c is 1',
      '    object.b is 2',
    ]);
  });

  it('show the items for which all fails, by place and name', () => {
    const object = {
      containers: [
        { name: 'a', p: false },
        { name: 'b', p: true },
      ],
    };
    expect(explained('variables.containers.all(c, !has(c.p) || c.p == false)', object)).toEqual([
      'variables.containers.all(c, !has(c.p) || c.p == false) is false',
      '  c=1 b !has(c.p) || c.p == false is false',
      '    !has(c.p) is false',
      '      has(c.p) is true',
      '    c.p == false is false',
      '      c.p is true',
    ]);
  });

  it('show which keys of a map fail', () => {
    expect(explained("object.map.all(k, object.map[k] != 'x')", { map: { a: 'x', b: 'y' } })).toEqual([
      "object.map.all(k, object.map[k] != 'x') is false",
      "  k=a object.map[k] != 'x' is false",
      "    object.map[k] is 'x'",
    ]);
  });

  it('show the chosen side of a condition, unknown values and errors', () => {
    expect(explained('object.a ? object.u == 1 : object.none == 1', { a: true, u: UNKNOWN })).toEqual([
      'object.a ? object.u == 1 : object.none == 1 is not known yet: object.u',
      '  object.a is true',
      '  object.u == 1 is not known yet: object.u',
      '    object.u is not known yet: object.u',
    ]);
    expect(explained('object.none == 1', {})).toEqual([
      'object.none == 1 is error: no such key: none',
      '  object.none is error: no such key: none',
    ]);
  });

  it('show how a shared variable came about', () => {
    expect(explained("'x' in variables.names", { containers: [] })).toEqual([
      "'x' in variables.names is false",
      '  variables.names is []',
      '    variables.containers.map(c, c.name) is []',
      '      variables.containers is []',
      '        has(object.containers) ? object.containers : [] is []',
      '          has(object.containers) is true',
      '          object.containers is []',
    ]);
  });

  it('are bounded for large objects and tell the range in the source', () => {
    const list = Array.from({ length: 1_000 }, (_, index) => index);
    const { tree } = evaluator.explain(ruleOf('object.list.all(x, object.list.all(y, x < 0))'), {
      object: { list },
      params: {},
    });
    expect(tree?.children.length).toBe(5);
    expect(JSON.stringify(tree).length).toBeLessThan(20_000);
    expect(tree?.range).toEqual({ start: 0, end: 45 });
    expect(tree?.children[0]?.range).toEqual({ start: 19, end: 44 });
  });

  it('of a subject beyond the limits have no tree', () => {
    expect(evaluator.explain(ruleOf('true'), { object: { d: new Date(0) } as never, params: {} })).toEqual({
      judgement: { rule: 'under-test', verdict: 'error', reason: 'not judged: an instance of a class is no JSON' },
    });
  });
});
