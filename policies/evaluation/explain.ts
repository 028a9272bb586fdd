import { compile } from './compile';
import type { Frame } from './frame';
import { isAnyMap, keysOf } from './maps';
import { printExpression } from './print';
import type { Scope } from './scope';
import { show } from './show';
import { partsOf, type Expression } from './syntax';
import type { Explanation } from './types';
import { isList, isMap, type Value } from './values';

/** Parts and items that are explained; a tree of so many lines is longer than anybody reads. */
const MAX_PARTS = 200;
const MAX_ITEMS = 5;

/** How a shared variable is explained: its own tree in its own scope. */
export interface ExplainedVariable {
  readonly tree: Expression;
  readonly scope: Scope;
}

/** Explains expressions of one subject: evaluates parts again and keeps those that decided. Throws LimitExceeded. */
export class Explainer {
  readonly #frame: Frame;
  readonly #variables: (name: string) => ExplainedVariable | undefined;
  #left = MAX_PARTS;

  constructor(frame: Frame, variables: (name: string) => ExplainedVariable | undefined) {
    this.#frame = frame;
    this.#variables = variables;
  }

  explain(node: Expression, scope: Scope): Explanation {
    return this.#explain(node, scope, this.#value(node, scope));
  }

  #value(node: Expression, scope: Scope): Value {
    return compile(node, scope)(this.#frame);
  }

  #explain(node: Expression, scope: Scope, value: Value): Explanation {
    const children = this.#left-- > 0 ? this.#reasons(node, scope, value) : [];
    return { text: printExpression(node), range: node.range, value: show(value), children };
  }

  /** The parts that made `node` what it is. */
  #reasons(node: Expression, scope: Scope, value: Value): Explanation[] {
    const all = (parts: readonly Expression[]): Explanation[] =>
      parts.filter(({ kind }) => kind !== 'literal').map((part) => this.explain(part, scope));
    switch (node.kind) {
      case 'literal':
      case 'name':
        return [];
      case 'has':
      case 'index':
        return [];
      case 'select':
        return this.#variable(node, scope);
      case 'binary':
        return node.operator === '&&' || node.operator === '||'
          ? this.#deciding(sidesOf(node, node.operator), scope, value)
          : all(partsOf(node));
      case 'conditional': {
        const condition = this.#value(node.condition, scope);
        const branch = condition === true ? [node.whenTrue] : condition === false ? [node.whenFalse] : [];
        return [this.#explain(node.condition, scope, condition), ...all(branch)];
      }
      case 'macro':
        return node.name === 'all' || node.name === 'exists' ? this.#items(node, scope, value) : all([node.over]);
      case 'unary':
      case 'call':
      case 'list':
      case 'map':
        return all(partsOf(node));
    }
  }

  /** Of `&&` and `||`: sides that have the result's own value; all when there is none such, as for an error among bools. */
  #deciding(sides: readonly Expression[], scope: Scope, value: Value): Explanation[] {
    const judged = sides.map((side) => ({ side, value: this.#value(side, scope) }));
    const same = judged.filter((one) =>
      typeof value === 'boolean' ? one.value === value : typeof one.value !== 'boolean',
    );
    return (same.length > 0 ? same : judged).map((one) => this.#explain(one.side, scope, one.value));
  }

  #variable(node: Expression & { kind: 'select' }, scope: Scope): Explanation[] {
    if (node.operand.kind !== 'name' || node.operand.name !== 'variables' || scope.locals.includes('variables'))
      return [];
    const variable = this.#variables(node.field);
    if (variable === undefined) return [];
    const { locals } = this.#frame;
    this.#frame.locals = [];
    try {
      return [this.explain(variable.tree, variable.scope)];
    } finally {
      this.#frame.locals = locals;
    }
  }

  /** Items for which the predicate has the result's own value: those that failed an `all`, those that fulfilled an `exists`. */
  #items(node: Expression & { kind: 'macro' }, scope: Scope, value: Value): Explanation[] {
    const { predicate } = node;
    const over = this.#value(node.over, scope);
    const items = isList(over) ? over : isAnyMap(over) ? keysOf(over) : undefined;
    if (items === undefined || predicate === undefined) return [this.#explain(node.over, scope, over)];
    if (items.length === 0) return [this.#explain(node.over, scope, over)];
    const inner: Scope = { ...scope, locals: [...scope.locals, node.variable] };
    const code = compile(predicate, inner);
    const found: Explanation[] = [];
    for (const [index, item] of items.entries()) {
      if (found.length >= MAX_ITEMS || this.#left <= 0) break;
      this.#frame.charge(1);
      this.#frame.locals[scope.locals.length] = item;
      const verdict = code(this.#frame);
      if (typeof value === 'boolean' ? verdict !== value : typeof verdict === 'boolean') continue;
      const explanation = this.#explain(predicate, inner, verdict);
      found.push({ ...explanation, item: { variable: node.variable, ...placeOf(index, item, isList(over)) } });
    }
    return found;
  }
}

/** `a && b && c` is one operator with three sides. */
function sidesOf(node: Expression, operator: '&&' | '||'): Expression[] {
  return node.kind === 'binary' && node.operator === operator
    ? [...sidesOf(node.left, operator), ...sidesOf(node.right, operator)]
    : [node];
}

/** Which item it is: its place and, for an object, its name; for a map its key. */
function placeOf(index: number, item: Value, inList: boolean): { index: number; name?: string } | { key: string } {
  if (!inList) return { key: typeof item === 'object' ? '' : String(item) };
  const name = isMap(item) && Object.hasOwn(item, 'name') ? item['name'] : item;
  return typeof name === 'string' ? { index, name: name.slice(0, 100) } : { index };
}
