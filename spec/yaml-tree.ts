import { isAlias, isMap, isNode, isPair, isScalar, isSeq, parseDocument, type Node } from 'yaml';
import { text, type Text } from '../errors';
import { placeOf, type Finding, type Span } from './issue';
import { LIMITS } from './limits';
import { quoted } from './visible';
import { yamlMessage } from './yaml-messages';

/** A value with its place. `refused` stands where something is that no spec holds; that was said already. */
export type TreeNode = Span &
  (
    | { readonly kind: 'scalar'; readonly value: unknown; readonly plain: boolean }
    | { readonly kind: 'list'; readonly items: readonly TreeNode[] }
    | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Entry> }
    | { readonly kind: 'refused' }
  );

interface Entry {
  readonly key: Span;
  readonly node: TreeNode;
}

export interface YamlTree {
  /** Undefined for a file without content. */
  readonly root: TreeNode | undefined;
  readonly findings: readonly Finding[];
  /** Where the first fault of syntax lies: what follows may have been read other than it was meant. */
  readonly brokenAt: number | undefined;
}

/** How much a file may hold, and what is said where it holds more. */
export interface TreeBounds {
  /** Nesting of mappings and lists. */
  readonly depth: number;
  /** Mappings, lists, keys and values in the whole file. */
  readonly nodes: number;
  readonly tooDeep: Text;
  readonly tooMany: Text;
}

const SPEC_BOUNDS: TreeBounds = {
  depth: LIMITS.depth,
  nodes: LIMITS.nodes,
  tooDeep: text(
    `this is nested more than ${LIMITS.depth} levels deep: a spec needs at most 6`,
    `${LIMITS.depth}단계보다 깊게 중첩되었습니다. 명세에는 6단계면 충분합니다`,
  ),
  tooMany: text(
    `the file has more than ${LIMITS.nodes} values: a spec needs far fewer`,
    `값이 ${LIMITS.nodes}개를 넘습니다. 명세에는 훨씬 적은 값이면 충분합니다`,
  ),
};

const START: Span = { start: 0, end: 1 };

const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const MERGE_KEY = '<<';
const NO_FIELDS = new Set([...PROTOTYPE_KEYS, MERGE_KEY]);

/**
 * Reads YAML 1.2 (core schema) into values with places. One document; no anchors, aliases, tags, directives or merge keys; keys are
 * plain strings, each once; within `bounds`, by default at most 16 levels and 5000 values. All that is wrong is found, not just the first.
 * `linesBefore` says how many lines of its file come before `source`: for words that name a line.
 */
export function readYaml(source: string, bounds: TreeBounds = SPEC_BOUNDS, linesBefore = 0): YamlTree {
  const document = parseDocument(source, {
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    // Duplicates are found here in linear time; the reader compares each key with all others.
    uniqueKeys: false,
    prettyErrors: false,
    // At 'silent' a second document would go unnoticed.
    logLevel: 'error',
  });
  const reader = new TreeReader(source, bounds, linesBefore);
  const root = document.contents === null ? undefined : reader.read(document.contents, START, [], 1);
  const syntax = document.errors.map((error): Finding => {
    const open = error.message.startsWith('Missing closing') && root ? lastQuoted(root, error.pos[0]) : undefined;
    const span = open === undefined ? spanOf(error.pos) : { start: open, end: open + 1 };
    return { ...span, path: [], message: yamlMessage(error.code, error.message) };
  });
  return {
    root,
    findings: [...syntax, ...directives(source), ...reader.findings],
    brokenAt: syntax.length === 0 ? undefined : syntax.reduce((least, { start }) => Math.min(least, start), Infinity),
  };
}

/** Where the last quoted value before `at` begins: a quote that is not closed is found at the end of the file, but belongs there. */
function lastQuoted(node: TreeNode, at: number): number | undefined {
  if (node.kind === 'scalar') return node.plain || node.start >= at ? undefined : node.start;
  if (node.kind === 'refused') return undefined;
  const inside = node.kind === 'list' ? node.items : Array.from(node.entries.values(), (entry) => entry.node);
  return inside.reduce<number | undefined>((last, child) => lastQuoted(child, at) ?? last, undefined);
}

/** `%YAML 1.1` would read `yes` as true, `%TAG` would rename tags: neither belongs in a spec. */
function directives(source: string): Finding[] {
  const prelude = source.slice(0, Math.max(0, source.search(/^---(?:\s|$)/m)));
  return Array.from(prelude.matchAll(/^%.*$/gm), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
    path: [],
    message: text(
      'YAML directives are not accepted: take this line out',
      'YAML 지시자는 쓸 수 없습니다. 이 줄을 빼십시오',
    ),
  }));
}

function spanOf([start = 0, end = 0]: readonly number[]): Span {
  return { start, end: Math.max(end, start + 1) };
}

class TreeReader {
  readonly findings: Finding[] = [];
  private nodes = 0;

  constructor(
    private readonly source: string,
    private readonly bounds: TreeBounds,
    private readonly linesBefore: number,
  ) {}

  /** `around` is shown for a value that is not there: its key. */
  read(node: unknown, around: Span, path: readonly PropertyKey[], depth: number): TreeNode {
    this.nodes += 1;
    if (this.nodes === this.bounds.nodes + 1)
      this.refuse(isNode(node) ? this.place(node, around) : around, path, this.bounds.tooMany);
    if (this.nodes > this.bounds.nodes) return { ...around, kind: 'refused' };
    if (!isNode(node)) return { ...around, kind: 'scalar', value: null, plain: true };
    const span = this.place(node, around);
    const why = refusal(node) ?? (depth > this.bounds.depth ? this.bounds.tooDeep : undefined);
    if (why !== undefined) return this.refuse(span, path, why);
    if (isMap(node)) return { ...span, kind: 'map', entries: this.entries(node.items, span, path, depth) };
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.read(item, span, [...path, index], depth + 1));
      return { ...span, kind: 'list', items };
    }
    if (isScalar(node)) return { ...span, kind: 'scalar', value: node.value, plain: node.type === 'PLAIN' };
    return this.refuse(span, path, text('this is not accepted here', '여기에 쓸 수 없습니다'));
  }

  private entries(
    pairs: readonly unknown[],
    around: Span,
    path: readonly PropertyKey[],
    depth: number,
  ): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const pair of pairs) {
      if (this.nodes > this.bounds.nodes) break;
      if (!isPair(pair)) continue;
      const key = isNode(pair.key) ? this.place(pair.key, around) : around;
      const name = isScalar(pair.key) ? pair.key.value : undefined;
      const first = typeof name === 'string' ? entries.get(name) : undefined;
      const why = keyRefusal(pair.key, first && this.linesBefore + placeOf(this.source, first.key.start).line);
      // The value is read all the same: what is wrong inside it is told too.
      const node = this.read(pair.value, key, typeof name === 'string' ? [...path, name] : path, depth + 1);
      if (why !== undefined) this.refuse(key, path, why);
      // A name with an anchor or a tag is refused, but its field is not missing.
      if (typeof name === 'string' && first === undefined && !NO_FIELDS.has(name)) entries.set(name, { key, node });
    }
    return entries;
  }

  private refuse(span: Span, path: readonly PropertyKey[], message: Text): TreeNode {
    this.findings.push({ start: span.start, end: span.end, path, message });
    return { start: span.start, end: span.end, kind: 'refused' };
  }

  /** The span of a node without the white space and comments after it; an empty one is shown at what is around it. */
  private place(node: Node, around: Span): Span {
    const [start, end] = node.range ?? [0, 0];
    const length = this.source.slice(start, end).trimEnd().length;
    return length === 0 ? around : { start, end: start + length };
  }
}

/** Why a node is no part of a spec, whatever the field. */
function refusal(node: Node): Text | undefined {
  if (isAlias(node))
    return text(
      `the alias ${quoted(`*${node.source}`)} is not accepted: write the value itself`,
      `별칭은 쓸 수 없습니다(${quoted(`*${node.source}`)}). 값을 직접 쓰십시오`,
    );
  if (node.anchor !== undefined && node.anchor !== '')
    return text(
      `the anchor ${quoted(`&${node.anchor}`)} is not accepted: take it out`,
      `앵커는 쓸 수 없습니다(${quoted(`&${node.anchor}`)}). 빼십시오`,
    );
  if (node.tag !== undefined)
    return text(
      `the tag ${quoted(node.tag)} is not accepted: take it out and write a plain value`,
      `태그는 쓸 수 없습니다(${quoted(node.tag)}). 태그를 빼고 값만 쓰십시오`,
    );
  return undefined;
}

/** Why a key is none; `firstLine` is where a key of the same name stands already. */
function keyRefusal(key: unknown, firstLine: number | undefined): Text | undefined {
  const name = isScalar(key) ? key.value : undefined;
  const property = isNode(key) ? refusal(key) : undefined;
  if (property !== undefined) return property;
  if (typeof name !== 'string')
    return text(
      'a field name is plain text: put it in quotes or correct it',
      '필드 이름은 문자열이어야 합니다. 따옴표로 묶거나 고치십시오',
    );
  if (name === MERGE_KEY)
    return text(
      "merge keys ('<<') are not accepted: write the fields themselves",
      "병합 키('<<')는 쓸 수 없습니다. 필드를 직접 쓰십시오",
    );
  if (PROTOTYPE_KEYS.has(name))
    return text(
      `${quoted(name)} is not accepted as a field name: take it out`,
      `${quoted(name)}: 필드 이름으로 쓸 수 없습니다. 빼십시오`,
    );
  if (firstLine !== undefined)
    return text(
      `the field ${quoted(name)} stands on line ${firstLine} already: keep one of the two`,
      `같은 필드가 ${firstLine}행에 이미 있습니다(${quoted(name)}). 하나만 남기십시오`,
    );
  return undefined;
}

/** The values alone, for the schema. Mappings have no prototype; what was refused is undefined. */
export function plainValue(node: TreeNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'map': {
      const object: Record<string, unknown> = Object.create(null);
      for (const [key, entry] of node.entries) object[key] = plainValue(entry.node);
      return object;
    }
    case 'refused':
      return undefined;
  }
}

/** What lies at `path`: the node, or the nearest one around it, with the key that leads there. */
export interface Found {
  readonly node: TreeNode;
  readonly key: Span | undefined;
  /** Whether the whole path exists. */
  readonly exact: boolean;
}

export function findNode(root: TreeNode, path: readonly PropertyKey[]): Found {
  let found: Found = { node: root, key: undefined, exact: true };
  for (const step of path) {
    const { node } = found;
    const entry = node.kind === 'map' && typeof step === 'string' ? node.entries.get(step) : undefined;
    const item = node.kind === 'list' && typeof step === 'number' ? node.items[step] : undefined;
    if (entry !== undefined) found = { node: entry.node, key: entry.key, exact: true };
    else if (item !== undefined) found = { node: item, key: undefined, exact: true };
    else return { ...found, exact: false };
  }
  return found;
}
