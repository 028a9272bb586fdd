import { fieldsAt, listAt, stringAt, type Fields } from './json';
import { plainWords } from './wording';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** The conditions of an object's status, in the server's order. */
export function conditionsOf(object: unknown): readonly Condition[] {
  return conditionsIn(listAt(object, 'status', 'conditions'));
}

/** Conditions from where else they stand. */
export function conditionsIn(list: readonly Fields[]): readonly Condition[] {
  return list.map((condition) => ({
    type: stringAt(condition, 'type') ?? '',
    status: stringAt(condition, 'status') ?? '',
    reason: plainWords(stringAt(condition, 'reason') ?? ''),
    message: plainWords(stringAt(condition, 'message') ?? ''),
  }));
}

export function conditionOf(object: unknown, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** `Reason: message`, or the one that there is. */
export function wordsOf({ reason, message }: Pick<Condition, 'reason' | 'message'>): string {
  return [reason, message].filter((words) => words !== '').join(': ');
}

/** Whether what the status says is about the object as it is now. */
export function isObserved(object: unknown): boolean {
  const observed = fieldsAt(object, 'status')['observedGeneration'];
  const generation = fieldsAt(object, 'metadata')['generation'];
  return typeof observed !== 'number' || typeof generation !== 'number' || observed >= generation;
}
