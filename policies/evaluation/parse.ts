import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { text, verbatim } from '../../errors';
import { expressionInvalid as invalid } from './rule-invalid';
import type { Expression, Literal, MacroName, SourceRange } from './syntax';

/** Characters of one expression, and nodes and nesting of its tree: far above any rule, far below what hurts. */
const MAX_CHARACTERS = 20_000;
const LIMITS = { maxAstNodes: 4_000, maxDepth: 100, maxListElements: 1_000, maxMapEntries: 1_000, maxCallArguments: 8 };

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

const MACROS: ReadonlySet<string> = new Set<MacroName>(['all', 'exists', 'exists_one', 'map', 'filter']);

/** The tree of a CEL expression. Throws RuleInvalid, with line and column, for what is no expression of our dialect. */
export function parseExpression(source: string): Expression {
  if (source.length > MAX_CHARACTERS)
    throw invalid(
      source,
      0,
      text(
        `it has ${source.length} characters; at most ${MAX_CHARACTERS} are taken`,
        `${source.length}자입니다. ${MAX_CHARACTERS}자까지 쓸 수 있습니다`,
      ),
    );
  let tree: ASTNode;
  try {
    tree = new Environment({ limits: LIMITS, homogeneousAggregateLiterals: false }).parse(source).ast;
  } catch (error) {
    if (error instanceof ParseError) throw invalid(source, error.range?.start ?? 0, verbatim(error.summary), error);
    // The parser recurses for a chain of `!` and `-` without counting it.
    if (error instanceof RangeError)
      throw invalid(source, 0, text('it is nested too deeply', '너무 깊이 중첩되어 있습니다'), error);
    throw error;
  }
  return fromTree(tree, source);
}

function fromTree(node: ASTNode, source: string): Expression {
  const range: SourceRange = { start: node.start, end: node.end };
  const sub = (part: ASTNode): Expression => fromTree(part, source);
  switch (node.op) {
    case 'value':
      return { kind: 'literal', literal: literalOf(node.args, source, node.start), range };
    case 'id':
      return { kind: 'name', name: node.args, range };
    case '.':
      return { kind: 'select', operand: sub(node.args[0]), field: node.args[1], range };
    case '[]':
      return { kind: 'index', operand: sub(node.args[0]), index: sub(node.args[1]), range };
    case 'call':
      return fromCall(node.args[0], undefined, node.args[1], range, source);
    case 'rcall':
      return fromCall(node.args[0], node.args[1], node.args[2], range, source);
    case 'list':
      return { kind: 'list', items: node.args.map(sub), range };
    case 'map':
      return { kind: 'map', entries: node.args.map(([key, value]) => ({ key: sub(key), value: sub(value) })), range };
    case '?:': {
      const [condition, whenTrue, whenFalse] = node.args;
      return {
        kind: 'conditional',
        condition: sub(condition),
        whenTrue: sub(whenTrue),
        whenFalse: sub(whenFalse),
        range,
      };
    }
    case '!_':
      return { kind: 'unary', operator: '!', operand: sub(node.args), range };
    case '-_':
      return negated(node.args, range, source);
    case '.?':
    case '[?]':
      throw invalid(
        source,
        node.start,
        text(
          '.? and [?] are not in the dialect of rules; use has()',
          '.?와 [?]는 규칙에 쓸 수 없습니다. has()를 쓰십시오',
        ),
      );
    case '&&':
    case '||':
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return { kind: 'binary', operator: node.op, left: sub(node.args[0]), right: sub(node.args[1]), range };
  }
}

/** `-1` is one literal, which is also how the smallest int can be written. */
function negated(operand: ASTNode, range: SourceRange, source: string): Expression {
  const adjacent = operand.op === 'value' && source.slice(range.start + 1, operand.start).trim() === '';
  if (adjacent && typeof operand.args === 'bigint' && -operand.args >= MIN_INT)
    return { kind: 'literal', literal: { type: 'int', value: -operand.args }, range };
  if (adjacent && typeof operand.args === 'number')
    return { kind: 'literal', literal: { type: 'double', value: -operand.args }, range };
  return { kind: 'unary', operator: '-', operand: fromTree(operand, source), range };
}

function fromCall(
  name: string,
  receiver: ASTNode | undefined,
  args: readonly ASTNode[],
  range: SourceRange,
  source: string,
): Expression {
  const parts = args.map((part) => fromTree(part, source));
  if (receiver === undefined) {
    const [path] = parts;
    if (name !== 'has' || path === undefined) return { kind: 'call', name, args: parts, range };
    if (path.kind !== 'select' || parts.length !== 1)
      throw invalid(
        source,
        range.start,
        text(
          'has() takes one path that ends in a field, such as has(object.spec)',
          'has()에는 has(object.spec)처럼 필드로 끝나는 경로 하나를 쓰십시오',
        ),
      );
    return { kind: 'has', operand: path.operand, field: path.field, range };
  }
  const over = fromTree(receiver, source);
  if (!isMacro(name)) return { kind: 'call', name, receiver: over, args: parts, range };
  const [variable, first, second, ...more] = parts;
  if (variable?.kind !== 'name' || first === undefined || more.length > 0 || (second !== undefined && name !== 'map'))
    throw invalid(
      source,
      range.start,
      text(`${name}() takes the name of a variable and an expression`, `${name}()에는 변수 이름과 표현식을 쓰십시오`),
    );
  const shape = { kind: 'macro', name, over, variable: variable.name, range } as const;
  if (name !== 'map') return { ...shape, predicate: first };
  return second === undefined ? { ...shape, transform: first } : { ...shape, predicate: first, transform: second };
}

function isMacro(name: string): name is MacroName {
  return MACROS.has(name);
}

function literalOf(value: unknown, source: string, at: number): Literal {
  if (value === null) return { type: 'null' };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'number') return { type: 'double', value };
  if (typeof value === 'bigint') {
    if (value > MAX_INT)
      throw invalid(
        source,
        at,
        text(`${value} does not fit an int of 64 bits`, `${value}은(는) 64비트 정수를 넘습니다`),
      );
    return { type: 'int', value };
  }
  throw invalid(
    source,
    at,
    text('uint and bytes are not in the dialect of rules', 'uint와 bytes는 규칙에 쓸 수 없습니다'),
  );
}
