import type { Language, Text } from '../../errors';
import type { FieldReference } from '../../operations/spec-documents';
import { code, markdownTable, page } from './markdown';

const WORDS = {
  title: { en: 'Fields of testbed.yaml', ko: 'testbed.yaml 필드' },
  intro: {
    en: 'One file describes one testbed. Unknown fields are errors. `testbed init` writes a file to begin with, `testbed validate` checks one; spec/testbed.schema.json is the same as JSON Schema, for editors.',
    ko: '파일 하나가 테스트베드 하나를 나타냅니다. 없는 필드를 쓰면 오류입니다. `testbed init`이 시작용 파일을 작성하고 `testbed validate`가 파일을 검사합니다. spec/testbed.schema.json은 같은 내용의 JSON Schema로, 편집기에서 쓸 수 있습니다.',
  },
  field: { en: 'Field', ko: '필드' },
  type: { en: 'Type', ko: '형식' },
  required: { en: 'Required', ko: '필수' },
  fallback: { en: 'Default', ko: '기본값' },
  meaning: { en: 'Meaning', ko: '설명' },
  accepted: { en: 'Accepted', ko: '허용되는 값' },
  yes: { en: 'yes', ko: '예' },
  no: { en: 'no', ko: '아니요' },
} as const satisfies Readonly<Record<string, Text>>;

/** docs/reference/testbed-yaml.md: every field of the spec. */
export function specPage(fields: readonly FieldReference[], language: Language): string {
  const say = (words: Text): string => words[language];
  return page([
    `# ${say(WORDS.title)}`,
    say(WORDS.intro),
    markdownTable(
      [WORDS.field, WORDS.type, WORDS.required, WORDS.fallback, WORDS.meaning, WORDS.accepted].map(say),
      fields.map((field) => [
        code(field.path),
        field.type,
        say(field.required ? WORDS.yes : WORDS.no),
        field.default === undefined ? '' : code(JSON.stringify(field.default)),
        say(field.description),
        say(field.accepted),
      ]),
    ),
  ]);
}
