import { Buffer } from 'node:buffer';
import { text } from '../errors';
import { dateAt, endsComplaint, SITE_UTC_OFFSET_MINUTES } from './calendar';
import { fieldDoc, FIELD_DOCS } from './field-docs';
import { formatPath, placeOf, type Finding, type SpecIssue, type SpecSource } from './issue';
import { LIMITS } from './limits';
import { specSchema, type Spec } from './schema';
import { schemaFindings } from './schema-findings';
import { unfitCharacters } from './source-text';
import { visible } from './visible';
import { yamlTraps } from './yaml-traps';
import { findNode, plainValue, readYaml, type TreeNode, type YamlTree } from './yaml-tree';

export interface LoadOptions {
  /** The clock: `ends` must lie after the day that it is at `now`. */
  readonly now: Date;
  /** Minutes east of UTC where a day ends. @default 540 (Korea) */
  readonly offsetMinutes?: number;
  /** Lines of the file that come before the text, for words that name a line; places are the text's own. @default 0 */
  readonly linesBefore?: number;
}

interface LoadedSpec {
  readonly ok: true;
  readonly spec: Spec;
  readonly source: SpecSource;
}

export interface SpecFailure {
  readonly ok: false;
  /** By position, at most 50. */
  readonly issues: readonly SpecIssue[];
  /** How many more there are. */
  readonly omitted: number;
  readonly source: SpecSource;
}

export type LoadResult = LoadedSpec | SpecFailure;

/**
 * Reads a spec from text: every problem at once, each at its place; never throws for what the text holds. A byte order mark at the
 * beginning is left out, and texts of more than 64 KiB are not parsed at all.
 */
export function loadSpec(source: SpecSource, options: LoadOptions): LoadResult {
  const clean: SpecSource = { file: source.file, text: source.text.replace(/^\ufeff/, '') };
  const size = Buffer.byteLength(clean.text);
  if (size > LIMITS.fileBytes) return failure({ ...clean, text: clean.text.slice(0, 1024) }, [tooLarge(size)]);
  const tree = readYaml(clean.text, undefined, options.linesBefore);
  const faults = [...unfitCharacters(clean.text), ...tree.findings];
  if (tree.root === undefined || isEmpty(tree.root)) return failure(clean, faults.length > 0 ? faults : [EMPTY]);
  const parsed = specSchema.safeParse(plainValue(tree.root));
  const found = [
    ...(parsed.success ? [] : schemaFindings(parsed.error.issues, tree.root, clean.text)),
    ...endsFindings(tree.root, options),
  ];
  // A trap is told only where nothing else is wrong: quotes mend no value that is not accepted anyway.
  const traps = yamlTraps(tree.root, clean.text).filter((trap) => !found.some(({ start }) => start === trap.start));
  const findings = [...faults, ...meaningful([...found, ...traps], faults, tree)];
  if (findings.length === 0 && parsed.success) return { ok: true, spec: parsed.data, source: clean };
  return failure(clean, findings);
}

/** The answer for a file that is too large to be parsed; also what `readSpecFile` says before reading more. */
export function tooLarge(bytes: number): Finding {
  const limit = LIMITS.fileBytes / 1024;
  return {
    start: 0,
    end: 1,
    path: [],
    message: text(
      `the file has ${bytes} bytes: a spec has at most ${limit} KiB`,
      `파일 크기가 ${bytes}바이트입니다. 명세는 ${limit} KiB 이하여야 합니다`,
    ),
  };
}

const EMPTY: Finding = {
  start: 0,
  end: 1,
  path: [],
  message: text(
    "the file is empty: write a spec, or let 'testbed init' write one",
    "파일이 비어 있습니다. 명세를 쓰거나 'testbed init'으로 만드십시오",
  ),
  accepted: FIELD_DOCS[''].accepted,
};

function isEmpty(root: TreeNode): boolean {
  return root.kind === 'scalar' && root.value === null;
}

function endsFindings(root: TreeNode, { now, offsetMinutes = SITE_UTC_OFFSET_MINUTES }: LoadOptions): Finding[] {
  const { node, exact } = findNode(root, ['ends']);
  if (!exact || node.kind !== 'scalar' || typeof node.value !== 'string') return [];
  const message = endsComplaint(node.value, dateAt(now, offsetMinutes));
  const accepted = fieldDoc(['ends'])?.accepted;
  if (message === undefined || accepted === undefined) return [];
  return [{ start: node.start, end: node.end, path: ['ends'], message, accepted }];
}

/**
 * Leaves out what only follows from a fault that is told already: values where something refused stands, and, where the syntax is
 * broken, whatever comes after the break and fields that seem to be missing because of it.
 */
function meaningful(findings: readonly Finding[], faults: readonly Finding[], tree: YamlTree): Finding[] {
  return findings.filter(({ start, path }) => {
    const found = tree.root && findNode(tree.root, path);
    if (tree.brokenAt !== undefined && (start >= tree.brokenAt || found?.exact !== true)) return false;
    // An unknown field is told at its key, whatever its value.
    if (found === undefined || !found.exact || start < found.node.start) return true;
    const { node } = found;
    if (node.kind !== 'refused' && node.kind !== 'scalar') return true;
    return node.kind !== 'refused' && !faults.some((fault) => fault.start < node.end && fault.end > node.start);
  });
}

/** Puts findings into the order of the file and counts out their places. */
export function failure(source: SpecSource, findings: readonly Finding[]): SpecFailure {
  const length = source.text.length;
  const sorted = [...findings].sort((a, b) => a.start - b.start);
  const issues = sorted.slice(0, LIMITS.issues).map((finding): SpecIssue => {
    const start = Math.max(0, Math.min(finding.start, length));
    return {
      file: source.file,
      ...placeOf(source.text, start),
      start,
      end: Math.max(start, Math.min(finding.end, length)),
      path: visible(formatPath(finding.path).slice(0, LIMITS.path)),
      message: finding.message,
      ...(finding.accepted === undefined ? {} : { accepted: finding.accepted }),
    };
  });
  return { ok: false, issues, omitted: sorted.length - issues.length, source };
}
