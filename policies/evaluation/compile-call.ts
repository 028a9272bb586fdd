import { text } from '../../errors';
import type { Code } from './frame';
import type { Native } from './functions/native';
import { withLiteralPattern } from './functions/patterns';
import { expressionInvalid } from './rule-invalid';
import type { Compile, Scope } from './scope';
import type { Expression } from './syntax';
import { Failure, isList, notPlain, Secret, Special, typeName, type Value } from './values';

type Call = Expression & { kind: 'call' };

/** A function or a method of the library. Throws RuleInvalid where there is none of that name with so many operands. */
export function compileCall(node: Call, scope: Scope, compile: Compile): Code {
  const qualified = qualifiedName(node, scope);
  const operands = node.receiver === undefined || qualified !== undefined ? node.args : [node.receiver, ...node.args];
  const name = qualified ?? node.name;
  const native = nativeFor(node, `${name}/${operands.length}`, qualified, operands, scope);
  if (native === undefined) throw noFunction(node, name, scope);
  return calling(
    name,
    native,
    operands.map((operand) => compile(operand, scope)),
  );
}

/** `ip.isCanonical(...)`: a function whose name looks like a method. */
function qualifiedName({ name, receiver }: Call, scope: Scope): string | undefined {
  if (receiver?.kind !== 'name' || scope.locals.includes(receiver.name)) return undefined;
  const qualified = `${receiver.name}.${name}`;
  return Object.keys(scope.library.globals).some((global) => global.startsWith(`${qualified}/`))
    ? qualified
    : undefined;
}

function nativeFor(
  node: Call,
  key: string,
  qualified: string | undefined,
  operands: readonly Expression[],
  scope: Scope,
): Native | undefined {
  const { globals, methods } = scope.library;
  const table = node.receiver === undefined || qualified !== undefined ? globals : methods;
  const [, pattern] = operands;
  if (pattern?.kind === 'literal' && pattern.literal.type === 'string') {
    const literal = withLiteralPattern(key, pattern.literal.value);
    if (typeof literal === 'string') throw badPattern(pattern, pattern.literal.value, literal, scope);
    if (literal !== undefined && Object.hasOwn(table, key)) return literal;
  }
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function badPattern(node: Expression, pattern: string, reason: string, scope: Scope): Error {
  return expressionInvalid(
    scope.source,
    node.range.start,
    text(`RE2 does not take the pattern '${pattern}': ${reason}`, `RE2에서 쓸 수 없는 정규식 '${pattern}': ${reason}`),
  );
}

function noFunction(node: Call, name: string, scope: Scope): Error {
  const shape = `${node.receiver === undefined ? '' : '.'}${name}(${node.args.map(() => '_').join(', ')})`;
  return expressionInvalid(
    scope.source,
    node.range.start,
    text(`there is no function ${shape} in the dialect of rules`, `규칙에서 쓸 수 있는 함수 ${shape}이(가) 없습니다`),
  );
}

function calling(name: string, native: Native, operands: readonly Code[]): Code {
  const [first, second] = operands;
  if (first !== undefined && operands.length === 1)
    return (frame) => {
      const one = first(frame);
      const result = native(frame, one);
      return result === undefined ? resolve(name, (values) => native(frame, ...values), [one]) : result;
    };
  if (first !== undefined && second !== undefined && operands.length === 2)
    return (frame) => {
      const one = first(frame);
      const other = second(frame);
      const result = native(frame, one, other);
      return result === undefined ? resolve(name, (values) => native(frame, ...values), [one, other]) : result;
    };
  return (frame) => {
    const values = operands.map((operand) => operand(frame));
    return native(frame, ...values) ?? resolve(name, (plain) => native(frame, ...plain), values);
  };
}

/** No overload takes the operands as they are: errors and unknown values pass through; secrets are taken by their values, and the result is one. */
function resolve(name: string, call: (values: Value[]) => Value | undefined, operands: readonly Value[]): Value {
  const special = notPlain(operands) ?? notPlain(operands.flatMap((operand) => (isList(operand) ? operand : [])));
  if (special !== undefined) return special;
  const revealed = operands.map(reveal);
  const secret = revealed.some((value, index) => value !== operands[index]);
  const result = secret ? call(revealed) : undefined;
  return result === undefined
    ? new Failure(`no such overload: ${name}(${operands.map(typeName).join(', ')})`)
    : conceal(result);
}

function reveal(value: Value): Value {
  if (value instanceof Secret) return value.value;
  return isList(value) && value.some((item) => item instanceof Secret) ? value.map(reveal) : value;
}

/** A yes or no about a secret is told; anything else made from it is a secret. */
function conceal(value: Value): Value {
  if (typeof value === 'boolean' || (value instanceof Special && notPlain([value]) !== undefined)) return value;
  if (value instanceof Secret) return value;
  return isList(value) ? value.map(conceal) : new Secret(value);
}
