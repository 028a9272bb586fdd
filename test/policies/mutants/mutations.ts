import {
  partsOf,
  printExpression,
  type BinaryOperator,
  type Expression,
  type Literal,
} from '../../../policies/evaluation';
import { patternMutations } from './patterns';

/** An expression with one thing wrong. */
export interface Mutation {
  /** What was changed, unique among the mutations of one expression; long texts are cut. */
  readonly what: string;
  readonly tree: Expression;
}

const OPPOSITE: Readonly<Partial<Record<BinaryOperator, BinaryOperator>>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '>=': '<',
  '<=': '>',
  '>': '<=',
  '&&': '||',
  '||': '&&',
};

/** Functions that give a bool, which `!` turns round. */
const QUESTIONS: ReadonlySet<string> = new Set(['matches', 'startsWith', 'endsWith', 'contains', 'isIP', 'isCIDR']);

/**
 * Every expression that differs from `tree` in one place: a clause, a branch or an item left out; an operator, a macro or a question turned round;
 * a constant changed; a part of a pattern left out. Two that print alike are one.
 */
export function mutationsOf(tree: Expression): readonly Mutation[] {
  const seen = new Set([printExpression(tree)]);
  const times = new Map<string, number>();
  return everywhere(tree).flatMap(({ what, tree: mutated }): Mutation[] => {
    const text = printExpression(mutated);
    if (seen.has(text)) return [];
    seen.add(text);
    const before = times.get(what) ?? 0;
    times.set(what, before + 1);
    return [{ what: before === 0 ? what : `${what} (${before + 1})`, tree: mutated }];
  });
}

function everywhere(node: Expression): readonly Mutation[] {
  const inside = partsOf(node).flatMap((part, index) =>
    // What `matches` is given is a pattern, not any text.
    isPattern(node, part)
      ? []
      : everywhere(part).map(({ what, tree }) => ({ what, tree: replaced(node, index, tree) })),
  );
  return [...here(node), ...inside];
}

function here(node: Expression): readonly Mutation[] {
  switch (node.kind) {
    case 'literal':
      return changed(node.literal).map((literal) => become(node, { ...node, literal }));
    case 'has':
      return [become(node, negated(node))];
    case 'unary':
      return node.operator === '!' ? [become(node, node.operand)] : [];
    case 'binary':
      return binary(node);
    case 'conditional':
      return [only(node, node.whenTrue, 'first branch'), only(node, node.whenFalse, 'second branch')];
    case 'list':
      return node.items.map((item, index) => ({
        what: `without item ${printed(item)} of ${printed(node)}`,
        tree: { ...node, items: node.items.toSpliced(index, 1) },
      }));
    case 'macro':
      if (node.name === 'all' || node.name === 'exists') {
        const tree: Expression = { ...node, name: node.name === 'all' ? 'exists' : 'all' };
        return [{ what: `${node.name} -> ${tree.name}: ${printed(node)}`, tree }];
      }
      return [];
    case 'call':
      return call(node);
    case 'name':
    case 'select':
    case 'index':
    case 'map':
      return [];
  }
}

function binary(node: Expression & { kind: 'binary' }): readonly Mutation[] {
  const { operator, left, right } = node;
  const opposite = OPPOSITE[operator];
  return [
    ...(operator === '&&' || operator === '||' ? [only(node, right, 'right'), only(node, left, 'left')] : []),
    ...(operator === 'in' ? [become(node, negated(node))] : []),
    ...(opposite === undefined
      ? []
      : [{ what: `${operator} -> ${opposite}: ${printed(node)}`, tree: { ...node, operator: opposite } }]),
  ];
}

function call(node: Expression & { kind: 'call' }): readonly Mutation[] {
  const turned = QUESTIONS.has(node.name) ? [become(node, negated(node))] : [];
  const [pattern] = node.args;
  if (pattern?.kind !== 'literal' || !isPattern(node, pattern) || pattern.literal.type !== 'string') return turned;
  const { value } = pattern.literal;
  return [
    ...turned,
    ...patternMutations(value).map(({ what, pattern: text }): Mutation => ({
      what: `pattern ${cut(value)}: ${what}`,
      tree: { ...node, args: [{ ...pattern, literal: { type: 'string', value: text } }] },
    })),
  ];
}

function isPattern(node: Expression, part: Expression): boolean {
  return node.kind === 'call' && node.name === 'matches' && part === node.args[0] && part.kind === 'literal';
}

function changed(literal: Literal): readonly Literal[] {
  switch (literal.type) {
    case 'bool':
      return [{ type: 'bool', value: !literal.value }];
    case 'int':
      return [1n, -1n].map((by) => ({ type: 'int', value: literal.value + by }));
    case 'double':
      return [1, -1].map((by) => ({ type: 'double', value: literal.value + by }));
    case 'string':
      return [{ type: 'string', value: `${literal.value}~` }];
    case 'null':
      return [];
  }
}

function negated(node: Expression): Expression {
  return { kind: 'unary', operator: '!', operand: node, range: node.range };
}

function become(node: Expression, tree: Expression): Mutation {
  return { what: `${printed(node)} -> ${printed(tree)}`, tree };
}

function only(node: Expression, kept: Expression, which: string): Mutation {
  return { what: `only the ${which} of ${printed(node)}`, tree: kept };
}

function printed(node: Expression): string {
  return cut(printExpression(node));
}

/** Enough to find the place in an expression. */
function cut(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 80)}…${text.slice(-30)}`;
}

/** The node with another part at a place of `partsOf`. */
function replaced(node: Expression, place: number, part: Expression): Expression {
  const parts = partsOf(node).map((old, index) => (index === place ? part : old));
  const at = (index: number): Expression => {
    const found = parts[index];
    if (found === undefined) throw new Error(`${node.kind} has no part ${index}`);
    return found;
  };
  switch (node.kind) {
    case 'literal':
    case 'name':
      return node;
    case 'select':
    case 'has':
      return { ...node, operand: at(0) };
    case 'unary': {
      const operand = at(0);
      const twice = node.operator === '!' && operand.kind === 'unary' && operand.operator === '!';
      return twice ? operand.operand : { ...node, operand };
    }
    case 'index':
      return { ...node, operand: at(0), index: at(1) };
    case 'call':
      return node.receiver === undefined
        ? { ...node, args: parts }
        : { ...node, receiver: at(0), args: parts.slice(1) };
    case 'macro': {
      const [, ...inner] = parts;
      const transform = node.transform === undefined ? undefined : inner.pop();
      const predicate = inner.pop();
      return {
        ...node,
        over: at(0),
        ...(predicate === undefined ? {} : { predicate }),
        ...(transform === undefined ? {} : { transform }),
      };
    }
    case 'binary':
      return { ...node, left: at(0), right: at(1) };
    case 'conditional':
      return { ...node, condition: at(0), whenTrue: at(1), whenFalse: at(2) };
    case 'list':
      return { ...node, items: parts };
    case 'map':
      return { ...node, entries: node.entries.map((_, index) => ({ key: at(2 * index), value: at(2 * index + 1) })) };
  }
}
