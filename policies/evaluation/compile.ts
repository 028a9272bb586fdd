import { text } from '../../errors';
import { arithmetic, negate } from './arithmetic';
import { compileCall } from './compile-call';
import { compileMacro } from './compile-macro';
import type { Code } from './frame';
import { keyFrom } from './maps';
import { conditional, contained, hasField, indexed, logical, not, ordered, sameness, selected } from './operators';
import { expressionInvalid } from './rule-invalid';
import type { Scope } from './scope';
import type { BinaryOperator, Expression, Literal } from './syntax';
import { double, Failure, int, MapValue, notPlain, typeName, type MapKey, type Value } from './values';

/** Closures for a tree. Throws RuleInvalid for names and functions that there are not and for patterns that RE2 does not take. */
export function compile(node: Expression, scope: Scope): Code {
  switch (node.kind) {
    case 'literal': {
      const value = literalValue(node.literal);
      return () => value;
    }
    case 'name':
      return compileName(node, scope);
    case 'select':
      return compileSelect(node, scope);
    case 'has':
      if (isVariables(node.operand, scope)) throw noValue(node.operand, scope);
      return hasField(compile(node.operand, scope), node.field);
    case 'index':
      return indexed(compile(node.operand, scope), compile(node.index, scope));
    case 'call':
      return compileCall(node, scope, compile);
    case 'macro':
      return compileMacro(node, scope, compile);
    case 'unary': {
      const operand = compile(node.operand, scope);
      return node.operator === '!' ? not(operand) : (frame) => negate(operand(frame));
    }
    case 'binary':
      return compileBinary(node.operator, compile(node.left, scope), compile(node.right, scope));
    case 'conditional':
      return conditional(compile(node.condition, scope), compile(node.whenTrue, scope), compile(node.whenFalse, scope));
    case 'list':
      return compileList(node.items.map((item) => compile(item, scope)));
    case 'map':
      return compileMap(node.entries.map(({ key, value }) => [compile(key, scope), compile(value, scope)]));
  }
}

export function literalValue(literal: Literal): Value {
  switch (literal.type) {
    case 'int':
      return int(literal.value);
    case 'double':
      return double(literal.value);
    case 'null':
      return null;
    case 'string':
    case 'bool':
      return literal.value;
  }
}

function compileName(node: Expression & { kind: 'name' }, scope: Scope): Code {
  const { name } = node;
  const local = scope.locals.lastIndexOf(name);
  if (local >= 0) return (frame) => frame.locals[local] ?? null;
  if (name === 'variables') throw noValue(node, scope);
  for (const root of scope.roots) if (root === name) return ({ roots }) => roots[root];
  throw expressionInvalid(
    scope.source,
    node.range.start,
    text(
      `'${name}' is not known here; there are ${[...scope.roots, 'variables'].join(', ')}`,
      `'${name}'을(를) 여기서 쓸 수 없습니다. 쓸 수 있는 이름: ${[...scope.roots, 'variables'].join(', ')}`,
    ),
  );
}

function noValue(node: Expression, scope: Scope): Error {
  return expressionInvalid(
    scope.source,
    node.range.start,
    text(
      "'variables' has no value of its own; name one of them, such as variables.pod",
      "'variables' 자체에는 값이 없습니다. variables.pod처럼 하나를 지정하십시오",
    ),
  );
}

function isVariables(node: Expression, scope: Scope): boolean {
  return node.kind === 'name' && node.name === 'variables' && !scope.locals.includes('variables');
}

function compileSelect(node: Expression & { kind: 'select' }, scope: Scope): Code {
  if (!isVariables(node.operand, scope)) return selected(compile(node.operand, scope), node.field);
  const index = scope.variables.get(node.field);
  if (index !== undefined) return (frame) => frame.variable(index);
  throw expressionInvalid(
    scope.source,
    node.range.start,
    text(
      `variables.${node.field} is not known here; a shared variable can use the ones above it`,
      `variables.${node.field}을(를) 여기서 쓸 수 없습니다. 공유 변수는 자기보다 위에 있는 변수만 쓸 수 있습니다`,
    ),
  );
}

function compileBinary(operator: BinaryOperator, left: Code, right: Code): Code {
  switch (operator) {
    case '&&':
      return logical(left, right, false);
    case '||':
      return logical(left, right, true);
    case '==':
      return sameness(left, right, true);
    case '!=':
      return sameness(left, right, false);
    case 'in':
      return contained(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(operator, left, right);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return (frame) => arithmetic(operator, left(frame), right(frame), frame);
  }
}

/** A list that is written down is unknown when an item is: the item may turn out to be an error. */
function compileList(items: readonly Code[]): Code {
  return (frame) => {
    const values = items.map((item) => item(frame));
    return notPlain(values) ?? values;
  };
}

function compileMap(entries: readonly (readonly [Code, Code])[]): Code {
  return (frame) => {
    const keys = entries.map(([key]) => key(frame));
    const values = entries.map(([, value]) => value(frame));
    const special = notPlain([...keys, ...values]);
    if (special !== undefined) return special;
    const members = new Map<MapKey, Value>();
    for (const [index, value] of values.entries()) {
      const key = keyFrom(keys[index] ?? null);
      if (key === undefined) return new Failure(`unsupported key type: ${typeName(keys[index] ?? null)}`);
      if (members.has(key)) return new Failure('repeated key in a map');
      members.set(key, value);
    }
    return new MapValue(members);
  };
}
