import { plainWords } from './wording';

const MOST_WARNINGS = 100;
const LONGEST_WARNING = 1024;
const LONGEST_HEADER = 64 * 1024;

/** The warnings of a server's answers, kept until somebody reads them; at most 100, each once. */
export function createWarnings(): { add(header: string | string[] | undefined): void; take(): string[] } {
  const kept = new Set<string>();
  return {
    add(header) {
      if (header === undefined) return;
      for (const line of Array.isArray(header) ? header.slice(0, MOST_WARNINGS) : [header])
        for (const warning of warningTexts(line)) if (kept.size < MOST_WARNINGS) kept.add(warning);
    },
    take() {
      const all = [...kept];
      kept.clear();
      return all;
    },
  };
}

/** The texts of a Warning header (RFC 7234, section 5.5): `299 - "text", 299 - "text"`. */
export function warningTexts(header: string): string[] {
  // Servers send UTF-8, which arrives one character a byte.
  const sent = Buffer.from(header.slice(0, LONGEST_HEADER), 'latin1').toString('utf8');
  const texts: string[] = [];
  const one = /(\d{3}) (\S+) "((?:[^"\\]|\\.)*)"(?: "[^"]*")?(?:\s*,\s*|$)/gsy;
  for (let found = one.exec(sent); found !== null; found = one.exec(sent))
    texts.push(plainWords((found[3] ?? '').replace(/\\(.)/gs, '$1')).slice(0, LONGEST_WARNING));
  return texts;
}
