import type { z } from 'zod';
import { text, verbatim, type Text } from '../errors';
import { complaintOf } from './complaint';
import { fieldDoc, FIELD_DOCS } from './field-docs';
import { formatPath, type Finding, type Span } from './issue';
import { nearest } from './nearest';
import { quoted } from './visible';
import { unknownField } from './unknown-field';
import { findNode, type Found, type TreeNode } from './yaml-tree';

type SchemaIssue = z.core.$ZodIssue;

/** What the schema found, in both languages and at its place in the tree. */
export function schemaFindings(issues: readonly SchemaIssue[], root: TreeNode, source: string): Finding[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? unknownFields(issue, root) : [finding(issue, root, source)],
  );
}

/** The field names that a mapping at `path` accepts, in the order of the reference. */
function fieldNames(path: readonly PropertyKey[]): string[] {
  const prefix = formatPath(path).replace(/\[\d+\]/g, '[]');
  const start = prefix === '' ? '' : `${prefix}.`;
  return Object.keys(FIELD_DOCS)
    .filter((field) => field !== '' && field.startsWith(start))
    .map((field) => field.slice(start.length))
    .filter((field) => !/[.[]/.test(field));
}

function unknownFields(issue: z.core.$ZodIssueUnrecognizedKeys, root: TreeNode): Finding[] {
  const fields = fieldNames(issue.path);
  const list = fields.join(', ');
  return issue.keys.map((key) => {
    const found = findNode(root, [...issue.path, key]);
    return {
      ...(found.key ?? firstKey(found.node)),
      path: [...issue.path, key],
      message: unknownField(key, fields),
      accepted: text(list, list),
    };
  });
}

function finding(issue: SchemaIssue, root: TreeNode, source: string): Finding {
  const found = findNode(root, issue.path);
  const missing = !found.exact && issue.code !== 'custom';
  const accepted = fieldDoc(issue.path)?.accepted;
  return {
    ...(missing ? (found.key ?? firstKey(found.node)) : spanOf(found)),
    path: issue.path,
    message: missing ? missingMessage(issue.path) : messageOf(issue, found.node, source),
    ...(accepted === undefined ? {} : { accepted }),
  };
}

function spanOf({ node }: Found): Span {
  return { start: node.start, end: node.end };
}

/** Where a mapping begins: the whole of it would be too much to underline. */
function firstKey(node: TreeNode): Span {
  const first = node.kind === 'map' ? node.entries.values().next().value?.key : undefined;
  return first ?? { start: node.start, end: Math.min(node.end, node.start + 1) };
}

function missingMessage(path: readonly PropertyKey[]): Text {
  const name = String(path.at(-1) ?? '');
  return text(`the field '${name}' is missing: add it`, `필수 필드가 없습니다('${name}'). 추가하십시오`);
}

function messageOf(issue: SchemaIssue, node: TreeNode, source: string): Text {
  const value = describe(node, source);
  switch (issue.code) {
    case 'custom':
      return complaintOf(issue.params) ?? notAccepted(value);
    case 'invalid_type':
      return wrongType(issue, node, value);
    case 'too_small':
    case 'too_big':
      return wrongSize(issue, node, value);
    case 'invalid_value':
      return wrongChoice(issue, node.kind === 'scalar' ? node.value : undefined, value);
    case 'unrecognized_keys':
    case 'invalid_format':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
      return notAccepted(value);
  }
}

function notAccepted(value: Text): Text {
  return text(`${value.en} is not accepted here`, `${value.ko}: 여기에 쓸 수 없습니다`);
}

const KINDS: Readonly<Record<string, Text>> = {
  string: text('text', '문자열'),
  array: text('a list', '목록'),
  object: text('a mapping of fields', '필드의 맵'),
  int: text('a whole number', '정수'),
  number: text('a whole number', '정수'),
};

function wrongType(issue: z.core.$ZodIssueInvalidType, node: TreeNode, value: Text): Text {
  const wanted = KINDS[issue.expected] ?? text(issue.expected, issue.expected);
  if (node.kind === 'scalar' && node.value === null)
    return text(`has no value: give ${wanted.en}`, `값이 없습니다. ${wanted.ko} 형식으로 쓰십시오`);
  // Only a name can be meant as it stands: `name: 2026` or `name: true`.
  const named = /^(?:name|participant)$/.test(String(issue.path.at(-1)));
  if (issue.expected === 'string' && node.kind === 'scalar' && named)
    return text(
      `${value.en} is not text: put it in quotes or write a name`,
      `${value.ko}: 문자열이 아닙니다. 따옴표로 묶거나 이름을 쓰십시오`,
    );
  return text(`${wanted.en} is needed here, not ${value.en}`, `${wanted.ko} 형식이어야 합니다. 지금 값: ${value.ko}`);
}

function wrongSize(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, node: TreeNode, value: Text): Text {
  const bound = String(issue.code === 'too_small' ? issue.minimum : issue.maximum);
  const least = issue.code === 'too_small';
  if (node.kind === 'list')
    return text(
      `the list has ${node.items.length} entries: give at ${least ? 'least' : 'most'} ${bound}`,
      `목록의 항목이 ${node.items.length}개입니다. ${bound}개 ${least ? '이상' : '이하'} 쓰십시오`,
    );
  return text(
    `${value.en} is too ${least ? 'small' : 'big'}: give at ${least ? 'least' : 'most'} ${bound}`,
    `${value.ko}: ${bound} ${least ? '이상' : '이하'}의 값을 쓰십시오`,
  );
}

/** The grades as the security framework names them. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['공개', 'open'],
  ['O', 'open'],
  ['민감', 'sensitive'],
  ['S', 'sensitive'],
  ['기밀', 'classified'],
  ['C', 'classified'],
]);

function wrongChoice(issue: z.core.$ZodIssueInvalidValue, given: unknown, value: Text): Text {
  if (issue.path.length === 1 && issue.path[0] === 'ci')
    return text(
      'CI is not available yet: it joins later; leave the field out or say false',
      'CI는 아직 쓸 수 없으며 나중에 제공됩니다. 필드를 빼거나 false로 쓰십시오',
    );
  const choices = [...new Set(issue.values.map(String))];
  const guess = typeof given === 'string' ? (MEANT.get(given.toUpperCase()) ?? nearest(given, choices)) : undefined;
  if (guess !== undefined && choices.includes(guess))
    return text(
      `${value.en} is not accepted here: did you mean '${guess}'?`,
      `${value.ko}: 쓸 수 없는 값입니다. 혹시 '${guess}'입니까?`,
    );
  const list = fieldDoc(issue.path)?.accepted ?? verbatim(choices.join(', '));
  return choices.length === 1
    ? text(
        `${value.en} is not accepted here: write ${list.en}`,
        `${value.ko}: 쓸 수 없는 값입니다. 허용되는 값: ${list.ko}`,
      )
    : text(
        `${value.en} is not accepted here: choose one of ${list.en}`,
        `${value.ko}: 쓸 수 없는 값입니다. ${list.ko} 중에서 고르십시오`,
      );
}

/** A value as its writer sees it: text in quotes, a number as it is spelled. */
function describe(node: TreeNode, source: string): Text {
  switch (node.kind) {
    case 'list':
      return text('a list', '목록');
    case 'map':
      return text('a mapping', '맵');
    case 'refused':
      return text('this', '이 값');
    case 'scalar': {
      if (typeof node.value === 'string') return text(quoted(node.value), quoted(node.value));
      const spelled = quoted(source.slice(node.start, node.end)).slice(1, -1);
      if (node.value === null) return text('no value', '값 없음');
      return typeof node.value === 'boolean'
        ? text(`the boolean ${spelled}`, `논리값 ${spelled}`)
        : text(`the number ${spelled}`, `숫자 ${spelled}`);
    }
  }
}
