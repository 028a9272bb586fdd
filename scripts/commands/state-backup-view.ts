import { text, type Text } from '../../errors';
import type { SealedHeader } from '../../operations/sealed-file';
import type { Cell } from '../cli/view';

/** What a backup of the state is of. */
export function stateBackupFacts(file: string, backup: SealedHeader): [Text, Cell][] {
  return [
    [text('file', '파일'), file],
    [text('taken at', '백업 시각'), backup.takenAt],
    [text('testbeds', '테스트베드'), String(backup.testbeds)],
    [text('documents', '문서'), String(backup.documents)],
    [text("site's key", '사이트 키'), backup.site],
  ];
}
