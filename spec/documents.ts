import { Buffer } from 'node:buffer';
import { text } from '../errors';
import { placeOf, type SpecIssue, type SpecSource } from './issue';
import { LIMITS } from './limits';
import { failure, loadSpec, type LoadOptions, type LoadResult, type SpecFailure } from './load';
import { quoted } from './visible';
import { findNode, readYaml } from './yaml-tree';

/** Counted from 1. */
interface NamePlace {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** One spec of a file with several, and where in the file it begins. */
export interface SpecDocument {
  readonly loaded: LoadResult;
  /** Where in the file the spec's name stands; its beginning where it has none. */
  readonly name: NamePlace;
}

/**
 * Reads every document of a text, parted by lines of `---` as YAML has it; parts with nothing but comments are none. Each is judged as `loadSpec` does, with
 * the file's own line numbers. A text without any document comes back as one that is empty.
 */
export function loadSpecs(source: SpecSource, options: LoadOptions): readonly SpecDocument[] {
  const whole = source.text.replace(/^\ufeff/, '');
  const parts = partsOf(whole).filter(({ text: part }) => hasContent(part));
  if (parts.length === 0) return [{ loaded: loadSpec(source, options), name: BEGINNING }];
  return parts.map(({ text: part, line }): SpecDocument => {
    const loaded = loadSpec({ file: source.file, text: part }, { ...options, linesBefore: line - 1 });
    const name = nameOf(part);
    return { loaded: moved(loaded, whole, line - 1), name: { ...name, line: name.line + line - 1 } };
  });
}

/** The answer for a file with more bytes than all its specs may have; nothing of it is parsed. */
export function fileTooLarge(file: string, bytes: number, limit: number): SpecFailure {
  const message = text(
    `the file has ${bytes} bytes: all specs of a file have at most ${limit / 1024 / 1024} MiB`,
    `파일 크기가 ${bytes}바이트입니다. 한 파일의 명세는 모두 합해 ${limit / 1024 / 1024} MiB 이하여야 합니다`,
  );
  return failure({ file, text: '' }, [{ start: 0, end: 1, path: [], message }]);
}

/** The issue of a spec whose name another one bears already. */
export function nameTaken(
  { file, text: whole }: SpecSource,
  { line, column, length }: NamePlace,
  name: string,
  first: string,
): SpecFailure {
  const issue: SpecIssue = {
    file,
    line,
    column,
    start: 0,
    end: length,
    path: 'name',
    message: text(
      `the name ${quoted(name)} stands in ${first} already: each testbed has a name of its own`,
      `이름 ${quoted(name)}이(가) ${first}에 이미 있습니다. 테스트베드마다 이름이 달라야 합니다`,
    ),
  };
  return { ok: false, issues: [issue], omitted: 0, source: { file, text: whole } };
}

interface Part {
  readonly text: string;
  /** Of its first line. */
  readonly line: number;
}

/** A part keeps the `---` that it begins with. */
function partsOf(whole: string): readonly Part[] {
  const starts = [0, ...Array.from(whole.matchAll(/^---(?=\s|$)/gm), ({ index }) => index).filter((at) => at > 0)];
  let line = 1;
  return starts.map((start, at) => {
    const part: Part = { text: whole.slice(start, starts[at + 1]), line };
    line += part.text.split('\n').length - 1;
    return part;
  });
}

/** A part that is larger than a spec may be is not looked at here: its load says so. */
function hasContent(part: string): boolean {
  if (Buffer.byteLength(part) > LIMITS.fileBytes) return true;
  return part.split('\n').some((line) => !/^\s*(?:#.*)?$/.test(line) && !/^(?:---|\.\.\.)\s*(?:#.*)?$/.test(line));
}

export const BEGINNING: NamePlace = { line: 1, column: 1, length: 1 };

function nameOf(part: string): NamePlace {
  if (Buffer.byteLength(part) > LIMITS.fileBytes) return BEGINNING;
  const { root } = readYaml(part);
  const found = root === undefined ? undefined : findNode(root, ['name']);
  if (found?.exact !== true) return BEGINNING;
  const { start, end } = found.node;
  return { ...placeOf(part, start), length: end - start };
}

/** Puts the issues where they stand in the file. */
function moved(found: LoadResult, whole: string, lines: number): LoadResult {
  const source = { ...found.source, text: whole };
  if (found.ok) return { ...found, source };
  return { ...found, source, issues: found.issues.map((issue) => ({ ...issue, line: issue.line + lines })) };
}
