import { text, verbatim, type Text } from '../../errors';
import type { UpResult } from '../../operations/up';
import { duration } from '../cli/duration';
import { line, table, toned, type Block, type Tone } from '../cli/view';

type Operation = UpResult['operation'];
export type Changes = Operation['changes'];

/** More changes than this are counted, not listed; `--output json` has them all. */
const SHOWN_CHANGES = 60;
const SHOWN_PATHS = 2;

const SIGNS: Readonly<Record<Changes[number]['operation'], readonly [sign: string, tone: Tone, done: Text]>> = {
  same: ['=', 'soft', text('unchanged', '변경 없음')],
  create: ['+', 'good', text('create', '생성')],
  update: ['~', 'warn', text('update', '변경')],
  replace: ['±', 'warn', text('replace', '교체')],
  delete: ['-', 'bad', text('end', '종료')],
  read: ['?', 'soft', text('read', '읽기')],
  refresh: ['~', 'soft', text('refresh', '새로 고침')],
};

/** What an operation changed, or would change: one row an object, then the sums. */
export function changeBlocks(changes: Changes): readonly Block[] {
  const rows = changes.slice(0, SHOWN_CHANGES).map((change) => {
    const [sign, tone, word] = SIGNS[change.operation];
    return [
      toned(tone, sign),
      word,
      shortType(change.resourceType),
      change.name,
      toned('soft', shownPaths(change.paths)),
    ];
  });
  const columns = [
    verbatim(''),
    text('ACTION', '동작'),
    text('KIND', '종류'),
    text('NAME', '이름'),
    text('PATHS', '경로'),
  ];
  const hidden = changes.length - SHOWN_CHANGES;
  return [
    ...(rows.length === 0 ? [] : [table(columns, rows)]),
    ...(hidden > 0
      ? [
          line(
            toned(
              'soft',
              text(
                `… and ${hidden} more: --output json has all`,
                `… 외 ${hidden}개. 전체는 --output json으로 볼 수 있습니다`,
              ),
            ),
          ),
        ]
      : []),
  ];
}

/** `12 create, 3 unchanged in 1.2 s` */
export function countLine({ counts, elapsedMs }: Operation): Block {
  const said = Object.entries(SIGNS).flatMap(([operation, [, , word]]) => {
    const count = Object.entries(counts).find(([name]) => name === operation)?.[1] ?? 0;
    return count === 0 ? [] : [{ count, word }];
  });
  const sum = (language: 'en' | 'ko'): string =>
    said
      .map(({ count, word }) => (language === 'ko' ? `${word[language]} ${count}개` : `${count} ${word[language]}`))
      .join(', ');
  const took = duration(elapsedMs);
  return line(
    toned(
      'soft',
      said.length === 0
        ? text(`no objects, ${took}`, `객체 없음, ${took}`)
        : text(`${sum('en')}, ${took}`, `${sum('ko')}, ${took}`),
    ),
  );
}

/** The first few: a changed size alone touches twenty. */
function shownPaths(paths: readonly string[]): string {
  const shown = paths.slice(0, SHOWN_PATHS).join(', ');
  return paths.length > SHOWN_PATHS ? `${shown}, +${paths.length - SHOWN_PATHS}` : shown;
}

function shortType(resourceType: string): string {
  return resourceType.split(':').at(-1) ?? resourceType;
}
