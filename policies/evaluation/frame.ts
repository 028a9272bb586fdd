import { LimitExceeded, type Meter } from './meter';
import { Failure, type Value } from './values';

/** A compiled expression: its value in a frame. Errors and unknown values are values; only LimitExceeded is thrown. */
export type Code = (frame: Frame) => Value;

/** What rules and variables can name. */
export type Root = 'object' | 'objects' | 'namespaces' | 'params' | 'request';
export type Roots = Readonly<Record<Root, Value>>;

/** The values of one subject while its rules are evaluated; shared variables are kept from rule to rule. */
export class Frame implements Meter {
  readonly roots: Roots;
  /** Values of the variables of macros, by the depth at which they stand. */
  locals: Value[] = [];
  readonly #variables: readonly Code[];
  readonly #kept: (Value | LimitExceeded | undefined)[];
  readonly #steps: number;
  #left: number;

  constructor(roots: Roots, variables: readonly Code[], steps: number) {
    this.roots = roots;
    this.#variables = variables;
    this.#kept = Array.from(variables, () => undefined);
    this.#steps = steps;
    this.#left = steps;
  }

  charge(steps: number): void {
    if ((this.#left -= steps) < 0) throw new LimitExceeded(`more than ${this.#steps} steps`);
  }

  /** All steps anew. */
  restart(): void {
    this.#left = this.#steps;
  }

  /** Evaluates one expression with all steps of its own. */
  run(code: Code): Value {
    this.restart();
    return code(this);
  }

  /** The value of a shared variable, evaluated when first needed, at no cost to the expression that happens to be the first. */
  variable(index: number): Value {
    const kept = this.#kept[index];
    if (kept instanceof LimitExceeded) throw kept;
    if (kept !== undefined) return kept;
    const { locals } = this;
    const left = this.#left;
    this.locals = [];
    try {
      const value = this.run(this.#variables[index] ?? (() => new Failure('no such variable')));
      this.#kept[index] = value;
      return value;
    } catch (error) {
      if (error instanceof LimitExceeded) this.#kept[index] = error;
      throw error;
    } finally {
      this.locals = locals;
      this.#left = left;
    }
  }
}
