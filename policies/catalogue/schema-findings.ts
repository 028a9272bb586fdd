import type { z } from 'zod';
import { text, type Text } from '../../errors';
import { complaintOf } from '../../spec/complaint';
import { unknownField } from '../../spec/unknown-field';
import { findNode, type TreeNode } from '../../spec/yaml-tree';
import type { IssueCode, RuleFinding } from './issue';
import { lineCodeOf } from './texts';

type SchemaIssue = z.core.$ZodIssue;

/** What a schema found, in both languages and at its place. */
export function schemaFindings(issues: readonly SchemaIssue[], root: TreeNode): RuleFinding[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? unknownFields(issue, root) : [finding(issue, root)],
  );
}

function unknownFields(issue: z.core.$ZodIssueUnrecognizedKeys, root: TreeNode): RuleFinding[] {
  return issue.keys.map((key) => {
    const found = findNode(root, [...issue.path, key]);
    const { start, end } = found.key ?? found.node;
    return {
      code: 'field',
      start,
      end,
      path: [...issue.path, key],
      message: unknownField(key, FIELDS),
    };
  });
}

/** Names that a slip of the fingers may have meant. */
const FIELDS: readonly string[] = [
  'id scope points title message severity enforcement match operations params expression finding exemptible since mappings uncertain',
  'fixtures object objects name type default description catalogue control relation pass fail extends rules grade open sensitive',
].flatMap((line) => line.split(' '));

function finding(issue: SchemaIssue, root: TreeNode): RuleFinding {
  const found = findNode(root, issue.path);
  const missing = !found.exact && issue.code !== 'custom';
  const { start, end } = missing ? (found.key ?? found.node) : found.node;
  return {
    code: codeOf(issue),
    start,
    end,
    path: issue.path,
    message: missing ? missingField(issue) : messageOf(issue),
  };
}

function codeOf(issue: SchemaIssue): IssueCode {
  const last = issue.path.at(-1);
  const code = lineCodeOf('params' in issue ? issue.params : undefined);
  if (code === 'one-line' || code === 'length') return code;
  if (last === 'en' || last === 'ko') return 'language';
  if (issue.path[0] === 'fixtures') return 'fixtures';
  return last === 'id' ? 'id' : 'field';
}

function missingField(issue: SchemaIssue): Text {
  const name = String(issue.path.at(-1) ?? '');
  if (name === 'ko') return text("the Korean text is missing: add 'ko'", "한국어 문구가 없습니다. 'ko'를 추가하십시오");
  if (name === 'en') return text("the English text is missing: add 'en'", "영어 문구가 없습니다. 'en'을 추가하십시오");
  return text(`the field '${name}' is missing: add it`, `필수 필드가 없습니다('${name}'). 추가하십시오`);
}

function messageOf(issue: SchemaIssue): Text {
  switch (issue.code) {
    case 'custom':
      return complaintOf(issue.params) ?? NOT_ACCEPTED;
    case 'invalid_value': {
      const choices = issue.values.map(String).join(', ');
      return text(
        `is not accepted here: choose one of ${choices}`,
        `쓸 수 없는 값입니다. ${choices} 중에서 고르십시오`,
      );
    }
    case 'invalid_type':
      return text(
        `must be ${KINDS[issue.expected]?.en ?? issue.expected}`,
        `${KINDS[issue.expected]?.ko ?? issue.expected} 형식이어야 합니다`,
      );
    case 'too_small':
      return text(`needs at least ${issue.minimum}`, `${issue.minimum}개 이상이어야 합니다`);
    case 'too_big':
      return text(`takes at most ${issue.maximum}`, `${issue.maximum} 이하여야 합니다`);
    case 'invalid_key':
      return innerComplaint(issue.issues) ?? NOT_ACCEPTED;
    case 'unrecognized_keys':
    case 'invalid_format':
    case 'invalid_union':
    case 'invalid_element':
    case 'not_multiple_of':
      return NOT_ACCEPTED;
  }
}

function innerComplaint(issues: readonly SchemaIssue[]): Text | undefined {
  const [first] = issues;
  return first?.code === 'custom' ? complaintOf(first.params) : undefined;
}

const NOT_ACCEPTED = text('this value is not accepted here', '여기에 쓸 수 없는 값입니다');

const KINDS: Readonly<Record<string, Text>> = {
  string: text('text', '문자열'),
  array: text('a list', '목록'),
  object: text('a mapping', '맵'),
  record: text('a mapping', '맵'),
  int: text('a whole number', '정수'),
  number: text('a number', '숫자'),
  boolean: text('true or false', 'true 또는 false'),
};
