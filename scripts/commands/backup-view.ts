import { text, type Text } from '../../errors';
import type { BackupDescription } from '../../operations/backup-file';
import { toned, type Cell } from '../cli/view';

/** What a backup is of, and how its file can be checked. */
export function backupFacts(file: string, backup: BackupDescription): [Text, Cell][] {
  return [
    [text('testbed', '테스트베드'), toned('strong', `${backup.testbed} (${backup.id})`)],
    [text('taken at', '백업 시각'), backup.takenAt],
    [text('server', '서버'), `PostgreSQL ${backup.serverVersion}`],
    [text('file', '파일'), file],
    [text('size', '크기'), text(`${backup.bytes} bytes`, `${backup.bytes}바이트`)],
    [text('SHA-256', 'SHA-256'), backup.sha256],
  ];
}
