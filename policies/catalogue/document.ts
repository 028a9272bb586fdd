import type { z } from 'zod';
import { text } from '../../errors';
import { placeOf, type Span } from '../../spec/issue';
import { unfitCharacters } from '../../spec/source-text';
import { findNode, plainValue, readYaml, type TreeBounds, type TreeNode } from '../../spec/yaml-tree';
import { readBoundedText } from './bounded-text';
import { placed, wholeFile, type RuleFinding, type RuleIssue } from './issue';
import { CATALOGUE_LIMITS as LIMITS } from './limits';
import { schemaFindings } from './schema-findings';

const BOUNDS: TreeBounds = {
  depth: LIMITS.depth,
  nodes: LIMITS.nodes,
  tooDeep: text(
    `this is nested more than ${LIMITS.depth} levels deep: make it flatter`,
    `${LIMITS.depth}단계보다 깊게 중첩되었습니다. 더 얕게 쓰십시오`,
  ),
  tooMany: text(
    `the file has more than ${LIMITS.nodes} values: shorten it`,
    `값이 ${LIMITS.nodes}개를 넘습니다. 줄이십시오`,
  ),
};

/** A file that was read and fits its schema, with the places of what is in it. */
export interface CatalogueDocument<T> {
  readonly file: string;
  readonly source: string;
  readonly value: T;
  /** Line and column (from 1) of what lies at `path`, or of the nearest thing around it. */
  readonly at: (path: readonly PropertyKey[]) => Place;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export type ReadDocument<T> =
  | { readonly ok: true; readonly document: CatalogueDocument<T> }
  | { readonly ok: false; readonly issues: readonly RuleIssue[] };

/** Reads a YAML file of the catalogue: a regular file of at most 256 KiB in UTF-8. All that is wrong comes back at once; throws nothing. */
export function readDocument<T>(path: string, file: string, schema: z.ZodType<T>): ReadDocument<T> {
  const read = readBoundedText(path, LIMITS.fileBytes);
  if ('why' in read) return { ok: false, issues: [wholeFile('unreadable', file, read.why)] };
  return parseDocument({ file, source: read.source }, schema);
}

/** The same for a text that was read already. */
export function parseDocument<T>(
  { file, source }: { readonly file: string; readonly source: string },
  schema: z.ZodType<T>,
): ReadDocument<T> {
  const tree = readYaml(source, BOUNDS);
  const faults: RuleFinding[] = [...unfitCharacters(source), ...tree.findings].map((finding) => ({
    ...finding,
    code: 'yaml',
  }));
  // What the schema says of a file that could not be read in full only follows from the fault.
  if (faults.length > 0) return { ok: false, issues: placed(file, source, faults) };
  const root = tree.root ?? EMPTY;
  const parsed = schema.safeParse(plainValue(root));
  if (!parsed.success) return { ok: false, issues: placed(file, source, schemaFindings(parsed.error.issues, root)) };
  return {
    ok: true,
    document: { file, source, value: parsed.data, at: (path) => placeOf(source, spanAt(root, path)) },
  };
}

const EMPTY: TreeNode & Span = { kind: 'scalar', value: null, plain: true, start: 0, end: 0 };

function spanAt(root: TreeNode, path: readonly PropertyKey[]): number {
  return findNode(root, path).node.start;
}
