import { loadSpec, renderSpec, specInvalid, type LoadResult, type Spec, type SpecFailure } from '../../spec';

/** The clock of all tests here: 2026-11-23, noon in Korea. */
export const NOW = new Date('2026-11-23T03:00:00Z');

/** A valid spec, field by field, each as the lines that it takes in the file. */
const FIELDS = {
  apiVersion: 'apiVersion: testbed/v1',
  name: 'name: acme',
  participant: 'participant: 주식회사 예시',
  members: 'members: [dev@startup.example]',
  owner: 'owner: owner@agency.example',
  grade: 'grade: open',
  ends: 'ends: 2027-03-01',
};

/** The text of a valid spec with some fields written otherwise; `undefined` leaves a field out, new ones come last. */
export function yaml(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const lines = Object.values({ ...FIELDS, ...changes }).filter((line) => line !== undefined);
  return `${lines.join('\n')}\n`;
}

export function load(text: string): LoadResult {
  return loadSpec({ file: 'testbed.yaml', text }, { now: NOW });
}

/** The spec of a text that must be right. */
export function loaded(text: string): Spec {
  const result = load(text);
  if (!result.ok) throw new Error(renderSpec(result, 'en'));
  return result.spec;
}

/** The failure of a text that must be wrong. */
export function refused(text: string): SpecFailure {
  const result = load(text);
  if (result.ok) throw new Error(`accepted: ${text.slice(0, 200)}`);
  return result;
}

/** What people read of a wrong text, in both languages. */
export function shown(text: string): string {
  const failure = refused(text);
  return `\n${renderSpec(failure, 'en')}\n\n${renderSpec(failure, 'ko')}\n`;
}

/** The English messages of a wrong text, without places. */
export function messages(text: string): string[] {
  return refused(text).issues.map((issue) => issue.message.en);
}

/**
 * What is amiss with the refusal of a hostile text; empty when it is as it must be: refused with exit code 2, every problem at a place
 * inside the file and said in both languages, and nothing in the report that a terminal would act on.
 */
export function flaws(text: string): string[] {
  const result = load(text);
  return result.ok ? [`accepted ${JSON.stringify(text.slice(0, 100))}`] : flawsOf(result);
}

/** The same for texts that may be right: an accepted one has no flaw. */
export function flawsUnlessAccepted(text: string): string[] {
  const result = load(text);
  return result.ok ? [] : flawsOf(result);
}

function flawsOf(failure: SpecFailure): string[] {
  const lines = failure.source.text.split('\n');
  const unsafe = /(?!\n)[\p{Cc}\p{Bidi_Control}\u200b-\u200d\u2060\ufeff]/u;
  const error = specInvalid(failure);
  return [
    ...(error.code === 'SpecInvalid' && error.outcome === 'usage' ? [] : [`ends as ${error.outcome}`]),
    ...(failure.issues.length > 0 ? [] : ['refused without an issue']),
    ...failure.issues
      .filter(({ line, column }) => !(line >= 1 && column >= 1 && column <= (lines[line - 1] ?? '').length + 1))
      .map(({ line, column }) => `no such place: ${line}:${column} of ${lines.length} lines`),
    ...failure.issues
      .filter(({ start, end }) => !(start >= 0 && start <= end && end <= failure.source.text.length))
      .map(({ start, end }) => `no such span: ${start} to ${end}`),
    ...failure.issues
      .filter(({ message }) => message.en === '' || message.ko === '')
      .map(({ path }) => `no words: ${path}`),
    ...(['en', 'ko'] as const)
      .filter((language) => unsafe.test(renderSpec(failure, language)))
      .map(() => 'unsafe report'),
  ];
}

/** A YAML string that spells everything but plain ASCII as escapes, so that only the value is hostile and not the file. */
export function escaped(value: string): string {
  return JSON.stringify(value).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
