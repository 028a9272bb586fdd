import type { Text } from '../errors';

/** What is wrong with a value, naming it and what mends it; undefined means that nothing is. */
export type Complaint = Text | undefined;

/** The part of zod's refinement context that a complaint needs. */
interface Listener {
  addIssue(issue: { code: 'custom'; message: string; params: { text: Text }; path?: PropertyKey[] }): void;
}

/** Turns a pure check into a zod refinement; the issue carries both languages (`complaintOf` reads them back). */
export function judgedBy<Value>(check: (value: Value) => Complaint): (value: Value, context: Listener) => void {
  return (value, context) => {
    const complaint = check(value);
    if (complaint !== undefined) complain(context, complaint);
  };
}

/** Adds a complaint about the value, or about what lies at `path` inside it. */
export function complain(context: Listener, complaint: Text, path: PropertyKey[] = []): void {
  context.addIssue({ code: 'custom', message: complaint.en, params: { text: complaint }, path });
}

/** The text that `complain` put into a zod issue's params. */
export function complaintOf(params: unknown): Complaint {
  if (typeof params !== 'object' || params === null || !('text' in params)) return undefined;
  const { text } = params;
  if (typeof text !== 'object' || text === null || !('en' in text) || !('ko' in text)) return undefined;
  return typeof text.en === 'string' && typeof text.ko === 'string' ? { en: text.en, ko: text.ko } : undefined;
}
