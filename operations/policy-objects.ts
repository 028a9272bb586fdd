import { isAlias, isMap, isScalar, LineCounter, parseAllDocuments, visit, type Document } from 'yaml';
import { TestbedError, text, type Text } from '../errors';
import { readBoundedText } from '../policies/catalogue/bounded-text';
import { SecretText, type Judged, type JudgedObject } from '../policies/evaluation';
import { judgedObject } from '../policies/lint/judged-json';
import { quoted, quotedPath } from '../spec/visible';

const LIMITS = { bytes: 1024 * 1024, documents: 500, aliases: 100, problems: 20 } as const;

/** An object of a file, as it can be judged; what a Secret holds is printed nowhere. */
export interface ReadObject {
  /** Line on which its document begins, from 1. */
  readonly line: number;
  readonly object: JudgedObject;
}

/**
 * The objects of a YAML or JSON file of at most 1 MiB: several documents, lists of kubectl taken apart.
 * Throws UsageWrong with every fault of syntax on its line.
 */
export function readObjects(path: string): readonly ReadObject[] {
  const read = readBoundedText(path, LIMITS.bytes);
  if ('why' in read) throw wrong(text(`${quotedPath(path)}: ${read.why.en}`, `${quotedPath(path)}: ${read.why.ko}`));
  const lines = new LineCounter();
  const documents = parseAllDocuments(read.source, {
    version: '1.2',
    schema: 'core',
    resolveKnownTags: false,
    // Found below in linear time: the reader would compare each key with all others.
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  if (!Array.isArray(documents) || documents.length === 0) throw wrong(nothing(path));
  if (documents.length > LIMITS.documents)
    throw wrong(
      text(
        `${quotedPath(path)} has ${documents.length} documents: at most ${LIMITS.documents} are read`,
        `${quotedPath(path)}에 문서가 ${documents.length}개 있습니다. ${LIMITS.documents}개까지 읽습니다`,
      ),
    );
  const faults = documents.flatMap((document) => faultsOf(document, lines));
  if (faults.length > 0)
    throw wrong(
      text(`${quotedPath(path)} can't be read as YAML`, `${quotedPath(path)}: YAML로 읽을 수 없습니다`),
      faults.slice(0, LIMITS.problems),
    );
  const objects = documents.flatMap((document) =>
    objectsOf(plain(document, path)).map((object) => ({ line: lineOf(document, lines), object: guarded(object) })),
  );
  if (objects.length === 0) throw wrong(nothing(path));
  return objects;
}

function faultsOf(document: Document.Parsed, lines: LineCounter): Text[] {
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const found = document.errors.map(({ pos, message }) =>
    text(`${at(pos[0])}: ${message}`, `${at(pos[0])}: ${message}`),
  );
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : undefined;
        if (typeof name === 'string' && seen.has(name)) {
          const place = at(isScalar(key) ? (key.range?.[0] ?? 0) : 0);
          found.push(
            text(
              `${place}: the field ${quoted(name)} stands here twice`,
              `${place}: 같은 필드가 두 번 있습니다(${quoted(name)})`,
            ),
          );
        }
        seen.add(name);
      }
    },
  });
  return found;
}

function plain(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: LIMITS.aliases });
  } catch (cause) {
    throw new TestbedError(
      'UsageWrong',
      text(
        `${quotedPath(path)} refers to itself too often: write the values out`,
        `${quotedPath(path)}: 별칭이 너무 많습니다. 값을 직접 쓰십시오`,
      ),
      { cause },
    );
  }
}

/** The object of a document, or those of a list as kubectl prints it. */
function objectsOf(value: unknown): readonly JudgedObject[] {
  const object = judgedObject(value);
  if (object === undefined) return [];
  const { kind, items } = object;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [object];
  return items.filter(isObject);
}

/** Whether a part of an object is a mapping. */
export function isObject(value: Judged | undefined): value is JudgedObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof SecretText);
}

/** What a Secret holds is judged like any other value and shown to nobody. */
function guarded(object: JudgedObject): JudgedObject {
  if (object['kind'] !== 'Secret') return object;
  const hide = (field: string): JudgedObject => {
    const held = object[field];
    if (held === undefined || !isObject(held)) return {};
    const hidden = Object.entries(held).map(([key, value]): [string, Judged] => [
      key,
      typeof value === 'string' ? new SecretText(value) : value,
    ]);
    return { [field]: Object.fromEntries(hidden) };
  };
  return { ...object, ...hide('data'), ...hide('stringData') };
}

function lineOf(document: Document.Parsed, lines: LineCounter): number {
  const { contents } = document;
  const start = isMap(contents) || isScalar(contents) || isAlias(contents) ? contents.range?.[0] : undefined;
  return start === undefined ? 1 : lines.linePos(start).line;
}

function nothing(path: string): Text {
  return text(`${quotedPath(path)} holds no object`, `${quotedPath(path)}에 객체가 없습니다`);
}

function wrong(message: Text, details: readonly Text[] = []): TestbedError {
  return new TestbedError('UsageWrong', message, { details });
}
