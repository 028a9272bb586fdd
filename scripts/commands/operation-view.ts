import { text, verbatim, type Text } from '../../errors';
import type { UpResult } from '../../operations/up';
import { duration } from '../cli/duration';
import { line, table, toned, type Block, type Tone } from '../cli/view';

type Operation = UpResult['operation'];
export type Changes = Operation['changes'];

/** More changes than this are counted, not listed; `--output json` has them all. */
const SHOWN_CHANGES = 60;
const SHOWN_PATHS = 2;

/** Sign, tone, what would be done, what was done. */
const SIGNS: Readonly<Record<Changes[number]['operation'], readonly [sign: string, tone: Tone, to: Text, was: Text]>> =
  {
    same: ['=', 'soft', text('unchanged', '변경 없음'), text('unchanged', '변경 없음')],
    create: ['+', 'good', text('create', '생성'), text('created', '생성')],
    update: ['~', 'warn', text('update', '변경'), text('updated', '변경')],
    replace: ['±', 'warn', text('replace', '교체'), text('replaced', '교체')],
    delete: ['-', 'bad', text('end', '종료'), text('ended', '종료')],
    read: ['?', 'soft', text('read', '읽기'), text('read', '읽기')],
    refresh: ['~', 'soft', text('refresh', '새로 고침'), text('refreshed', '새로 고침')],
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

/** `3 unchanged, 12 created, 1.2 s`; of a preview, `3 unchanged, 12 to create, 1.2 s`. */
export function countLine(operation: Operation): Block {
  const sum = countWords(operation);
  const took = duration(operation.elapsedMs);
  return line(toned('soft', text(`${sum.en}, ${took.en}`, `${sum.ko}, ${took.ko}`)));
}

/** The same without the time. */
function countWords({ kind, counts }: Operation): Text {
  const said = Object.entries(SIGNS).flatMap(([operation, [, , to, was]]) => {
    const count = Object.entries(counts).find(([name]) => name === operation)?.[1] ?? 0;
    if (count === 0) return [];
    return [{ count, ko: was.ko, en: kind === 'preview' && operation !== 'same' ? `to ${to.en}` : was.en }];
  });
  if (said.length === 0) return text('no objects', '객체 없음');
  return text(
    said.map(({ count, en }) => `${count} ${en}`).join(', '),
    said.map(({ count, ko }) => `${ko} ${count}개`).join(', '),
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
