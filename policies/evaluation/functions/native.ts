import type { Meter } from '../meter';
import type { Value } from '../values';

/**
 * One function of the library. Operands are never errors, unknown or secret themselves; the items of a list may be. Undefined: no such overload.
 * A method has its receiver as first operand.
 */
export type Native = (meter: Meter, ...operands: Value[]) => Value | undefined;

/** Functions by `name/number of operands`. */
export type Natives = Readonly<Record<string, Native>>;
