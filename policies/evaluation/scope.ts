import type { Code, Root } from './frame';
import type { Library } from './library';
import type { Expression } from './syntax';

/** What an expression is compiled against. */
export interface Scope {
  /** The expression's text, for the places of errors. */
  readonly source: string;
  readonly roots: ReadonlySet<Root>;
  /** Shared variables that can be named here, by their place in the frame. */
  readonly variables: ReadonlyMap<string, number>;
  readonly library: Library;
  /** Variables of the macros around, outermost first: their places are the places of Frame.locals. */
  readonly locals: readonly string[];
}

/** The compiler, for the parts of it that stand in files of their own. */
export type Compile = (node: Expression, scope: Scope) => Code;
