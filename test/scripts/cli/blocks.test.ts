import { expect, test } from 'vitest';
import { text } from '../../../errors';
import { blockText } from '../../../scripts/cli/block-lines';
import { document, facts, line, table, toned } from '../../../scripts/cli/view';

const ENGLISH = { language: 'en', colour: false } as const;
const KOREAN = { language: 'ko', colour: false } as const;

const BLOCKS = [
  table(
    [text('NAME', '이름'), text('STATE', '상태')],
    [
      ['care', toned('good', text('ready', '준비됨'))],
      ['유치원', toned('bad', text('failed', '실패'))],
    ],
  ),
  facts([text('owner', '책임자'), 'a@b.example'], [text('ends', '종료일'), '2027-01-01']),
  line(text('done', '완료')),
];

test('columns line up, also where Korean takes two columns a letter', () => {
  expect(blockText(BLOCKS, ENGLISH)).toBe(
    'NAME    STATE\ncare    ready\n유치원  failed\n\nowner  a@b.example\nends   2027-01-01\ndone\n',
  );
  expect(blockText(BLOCKS, KOREAN)).toBe(
    '이름    상태\ncare    준비됨\n유치원  실패\n\n책임자  a@b.example\n종료일  2027-01-01\n완료\n',
  );
});

test('colours follow the tone and change no column', () => {
  const coloured = blockText(BLOCKS, { language: 'en', colour: true });
  expect(coloured).toContain('care    \u001b[32mready\u001b[39m\n');
  // oxlint-disable-next-line no-control-regex -- takes the colours away again
  expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(blockText(BLOCKS, ENGLISH));
});

test('foreign text can break neither out of its cell nor out of its line', () => {
  expect(blockText([table([text('A', 'A')], [['x\n\u001b[2Jy']]), line('\u202e')], ENGLISH)).toBe(
    'A\nx\\n\\u001b[2Jy\n\\u202e\n',
  );
});

test('a document keeps its lines and ends with one line feed', () => {
  expect(blockText([document('a: 1\nb: 2\n')], ENGLISH)).toBe('a: 1\nb: 2\n');
  expect(blockText([document('a: 1')], ENGLISH)).toBe('a: 1\n');
});

test('nothing is filled up behind the last words of a row', () => {
  const rows = table(
    [text('KIND', '종류'), text('REASON', '이유')],
    [
      ['Pod', ''],
      ['StatefulSet', 'waits'],
    ],
  );
  expect(blockText([rows], ENGLISH)).toBe('KIND         REASON\nPod\nStatefulSet  waits\n');
});
