import type { Meter } from '../meter';
import { addQuantities, approximately, compareQuantities, integerOf, Quantity } from '../quantity';
import { Failure, isInt, type Value } from '../values';
import type { Natives } from './native';

const NO_QUANTITY = new Failure('quantities must match the regular expression of Kubernetes quantities');
const NO_INTEGER = new Failure('cannot convert value to integer');

const one =
  (read: (quantity: Quantity) => Value) =>
  (_meter: Meter, value: Value): Value | undefined =>
    value instanceof Quantity ? read(value) : undefined;

const two =
  (read: (left: Quantity, right: Quantity) => Value) =>
  (_meter: Meter, left: Value, right: Value): Value | undefined =>
    left instanceof Quantity && right instanceof Quantity ? read(left, right) : undefined;

const sum =
  (sign: 1n | -1n) =>
  (_meter: Meter, left: Value, right: Value): Value | undefined => {
    const other = isInt(right) ? new Quantity({ unscaled: BigInt(right), scale: 0 }, true) : right;
    return left instanceof Quantity && other instanceof Quantity ? addQuantities(left, other, sign) : undefined;
  };

export const QUANTITY_GLOBALS: Natives = {
  'quantity/1': (_meter, value) => (typeof value === 'string' ? (Quantity.from(value) ?? NO_QUANTITY) : undefined),
  'isQuantity/1': (_meter, value) => (typeof value === 'string' ? Quantity.from(value) !== undefined : undefined),
};

export const QUANTITY_METHODS: Natives = {
  'isInteger/1': one((quantity) => integerOf(quantity) !== undefined),
  'asInteger/1': one((quantity) => integerOf(quantity) ?? NO_INTEGER),
  'asApproximateFloat/1': one(approximately),
  'add/2': sum(1n),
  'sub/2': sum(-1n),
  'isLessThan/2': two((left, right) => compareQuantities(left, right) < 0),
  'isGreaterThan/2': two((left, right) => compareQuantities(left, right) > 0),
  'compareTo/2': two(compareQuantities),
};
