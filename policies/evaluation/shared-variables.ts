import { text, TestbedError } from '../../errors';
import type { SharedVariable } from '../rule';
import { compile } from './compile';
import type { Code, Root } from './frame';
import type { Library } from './library';
import { parseExpression } from './parse';
import { naming } from './rule-invalid';
import type { Scope } from './scope';
import type { Expression } from './syntax';

export interface CompiledVariable {
  readonly tree: Expression;
  readonly scope: Scope;
  readonly code: Code;
}

/** Variables in the order of the frame, and the place of each name. */
export interface CompiledVariables {
  readonly all: readonly CompiledVariable[];
  readonly places: ReadonlyMap<string, number>;
}

export const ALL_ROOTS: ReadonlySet<Root> = new Set(['object', 'objects', 'namespaces', 'params', 'request']);

/** Compiles shared variables; each can name those above it, which leaves no cycle. Throws RuleInvalid. */
export function compileVariables(variables: readonly SharedVariable[], library: Library): CompiledVariables {
  const all: CompiledVariable[] = [];
  const places = new Map<string, number>();
  for (const { name, expression } of variables) {
    const subject = text(`variable ${name}`, `변수 ${name}`);
    if (places.has(name))
      throw new TestbedError('RuleInvalid', text(`variable ${name} stands twice`, `변수 ${name}이(가) 두 번 있습니다`));
    const above = new Map(places);
    const compiled = naming(subject, () => {
      const tree = parseExpression(expression);
      const scope: Scope = { source: expression, roots: ALL_ROOTS, variables: above, library, locals: [] };
      return { tree, scope, code: compile(tree, scope) };
    });
    places.set(name, all.length);
    all.push(compiled);
  }
  return { all, places };
}
