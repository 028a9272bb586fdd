import { describe, expect, it } from 'vitest';
import { loadSpecs } from '../../spec/documents';

const now = new Date('2026-03-01T00:00:00Z');
const doc = (name: string, more = ''): string =>
  `apiVersion: testbed/v1\nname: ${name}\nparticipant: Example\nowner: op@agency.example\nmembers: [a@startup.example]\ngrade: open\nsize: small\nends: 2026-03-20\n${more}`;
const load = (text: string): string[] =>
  loadSpecs({ file: 'all.yaml', text }, { now }).map(({ loaded, name }) =>
    loaded.ok
      ? `${loaded.spec.name} at ${name.line}:${name.column}`
      : loaded.issues.map(({ line, column, path }) => `${line}:${column} ${path}`).join(', '),
  );

describe('a file with several specs', () => {
  it('is read document by document, with the lines of the file', () => {
    expect(load(`# all of spring\n---\n${doc('one-lab')}---\n# nothing\n---\n${doc('two-lab')}...\n`)).toEqual([
      'one-lab at 4:7',
      'two-lab at 15:7',
    ]);
  });

  it('tells of every problem at its own line and column, whichever document it is in', () => {
    const text = `${doc('one-lab', 'sizes: 3\n')}---\n${doc('x')}---\n${doc('three-lab')}`;
    expect(load(text)).toEqual(['9:1 sizes', '12:7 name', 'three-lab at 21:7']);
  });

  it('names other lines in the words of a problem as lines of the file', () => {
    const [, second] = loadSpecs(
      { file: 'all.yaml', text: `${doc('one-lab')}---\n${doc('two-lab', 'size: large\n')}` },
      { now },
    );
    const issues = second?.loaded.ok === false ? second.loaded.issues : [];
    expect(issues.map(({ line, message }) => [line, message])).toEqual([
      [
        18,
        {
          en: "the field 'size' stands on line 16 already: keep one of the two",
          ko: "같은 필드가 16행에 이미 있습니다('size'). 하나만 남기십시오",
        },
      ],
    ]);
  });

  it('without any document is one that is empty', () => {
    expect(load('---\n# only words\n')).toEqual(['1:1 ']);
  });

  it('does not take a longer rule or an indented one for a border', () => {
    expect(load(`${doc('one-lab')}----\n`)).toHaveLength(1);
    expect(load(`${doc('one-lab')} ---\n`)).toHaveLength(1);
  });
});
