import type { ErrorCode } from 'yaml';
import { text, type Text } from '../errors';
import { visible } from './visible';

/** What the YAML reader found, in our words; where its own say more (which quote, which bracket) they follow in brackets. */
export function yamlMessage(code: ErrorCode, words: string): Text {
  const known = PLAIN[code];
  if (known !== undefined) return known;
  const detail = visible(words.slice(0, 120));
  return text(`this is not valid YAML (${detail})`, `YAML 문법에 맞지 않습니다 (${detail})`);
}

const PLAIN: Partial<Record<ErrorCode, Text>> = {
  BAD_INDENT: text(
    'the indentation does not fit: entries of one mapping or list begin in the same column',
    '들여쓰기가 맞지 않습니다. 같은 맵이나 목록의 항목은 같은 열에서 시작해야 합니다',
  ),
  TAB_AS_INDENT: text('a tab indents this line: use spaces', '탭으로 들여썼습니다. 빈칸을 쓰십시오'),
  MULTIPLE_DOCS: text(
    "a second YAML document begins: keep one testbed in a file and take out '---'",
    "두 번째 YAML 문서가 시작됩니다. 파일 하나에 테스트베드 하나만 두고 '---'를 빼십시오",
  ),
  RESOURCE_EXHAUSTION: text(
    'this is nested too deeply to be read: a spec needs at most 6 levels',
    '너무 깊게 중첩되어 읽을 수 없습니다. 명세에는 6단계면 충분합니다',
  ),
  BAD_DQ_ESCAPE: text(
    "this escape does not exist in double quotes: write '\\\\' for a backslash",
    "큰따옴표 안에서 쓸 수 없는 이스케이프입니다. 역슬래시는 '\\\\'로 쓰십시오",
  ),
  BLOCK_AS_IMPLICIT_KEY: text(
    'a second mapping begins on this line: put the value in quotes or on lines of its own',
    '한 줄에서 또 다른 맵이 시작됩니다. 값을 따옴표로 묶거나 다음 줄에 쓰십시오',
  ),
  BAD_SCALAR_START: text(
    'a value cannot begin with this character: put the value in quotes',
    '값이 이 문자로 시작할 수 없습니다. 값을 따옴표로 묶으십시오',
  ),
  KEY_OVER_1024_CHARS: text('a field name has at most 1024 characters', '필드 이름은 1024자 이하입니다'),
  BAD_ALIAS: text(
    "aliases ('*name') are not accepted: write the value itself",
    "별칭('*이름')은 쓸 수 없습니다. 값을 직접 쓰십시오",
  ),
};
