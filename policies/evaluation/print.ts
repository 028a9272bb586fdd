import type { BinaryOperator, Expression, Literal } from './syntax';

/** How tightly operators bind; what binds less than its surroundings gets parentheses. */
const BINDING: Readonly<Record<BinaryOperator, number>> = {
  '||': 2,
  '&&': 3,
  '==': 4,
  '!=': 4,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  in: 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
};
const CONDITIONAL = 1;
const UNARY = 8;
const MEMBER = 9;

/** CEL text of a tree, on one line; parsing it gives the same tree but for the ranges. */
export function printExpression(node: Expression): string {
  return print(node, 0);
}

function print(node: Expression, around: number): string {
  const printed = bare(node);
  return bindingOf(node) < around ? `(${printed})` : printed;
}

function bindingOf(node: Expression): number {
  switch (node.kind) {
    case 'conditional':
      return CONDITIONAL;
    case 'binary':
      return BINDING[node.operator];
    case 'unary':
      return UNARY;
    case 'literal':
      return isNegative(node.literal) ? UNARY : MEMBER;
    case 'name':
    case 'select':
    case 'has':
    case 'index':
    case 'call':
    case 'macro':
    case 'list':
    case 'map':
      return MEMBER;
  }
}

function bare(node: Expression): string {
  switch (node.kind) {
    case 'literal':
      return printLiteral(node.literal);
    case 'name':
      return node.name;
    case 'select':
      return `${print(node.operand, MEMBER)}.${node.field}`;
    case 'has':
      return `has(${print(node.operand, MEMBER)}.${node.field})`;
    case 'index':
      return `${print(node.operand, MEMBER)}[${print(node.index, 0)}]`;
    case 'call': {
      const receiver = node.receiver === undefined ? '' : `${print(node.receiver, MEMBER)}.`;
      return `${receiver}${node.name}(${printAll(node.args)})`;
    }
    case 'macro': {
      const parts = [node.predicate, node.transform].filter((part) => part !== undefined);
      return `${print(node.over, MEMBER)}.${node.name}(${[node.variable, printAll(parts)].join(', ')})`;
    }
    case 'unary':
      return printUnary(node.operator, node.operand);
    case 'binary': {
      // Operators bind to the left: a chain on the right side keeps its parentheses.
      const binding = BINDING[node.operator];
      return `${print(node.left, binding)} ${node.operator} ${print(node.right, binding + 1)}`;
    }
    case 'conditional': {
      const condition = print(node.condition, CONDITIONAL + 1);
      return `${condition} ? ${print(node.whenTrue, 0)} : ${print(node.whenFalse, 0)}`;
    }
    case 'list':
      return `[${printAll(node.items)}]`;
    case 'map':
      return `{${node.entries.map(({ key, value }) => `${print(key, 0)}: ${print(value, 0)}`).join(', ')}}`;
  }
}

function printAll(nodes: readonly Expression[]): string {
  return nodes.map((node) => print(node, 0)).join(', ');
}

/** `-(1)` is not `-1`: the latter is one literal. */
function printUnary(operator: '!' | '-', operand: Expression): string {
  const number = operand.kind === 'literal' && (operand.literal.type === 'int' || operand.literal.type === 'double');
  return operator === '-' && number ? `-(${bare(operand)})` : `${operator}${print(operand, UNARY)}`;
}

function isNegative(literal: Literal): boolean {
  return (literal.type === 'int' || literal.type === 'double') && (literal.value < 0 || Object.is(literal.value, -0));
}

/** One literal, as CEL has it. */
export function printLiteral(literal: Literal): string {
  switch (literal.type) {
    case 'int':
      return String(literal.value);
    case 'double':
      return printDouble(literal.value);
    case 'string':
      return printText(literal.value);
    case 'bool':
      return String(literal.value);
    case 'null':
      return 'null';
  }
}

/** Always with a point or an exponent: without it would be an int. */
function printDouble(value: number): string {
  const digits = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function printText(value: string): string {
  const escaped = value.replace(
    /[\\'\p{Cc}]/gu,
    (character) => ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `'${escaped}'`;
}
