import { randomBytes } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { MAINTENANCE } from '../components/database/maintenance';
import { TestbedError, text } from '../errors';
import { readBackup, type Backup, type BackupDescription } from './backup-file';
import { tellingIfGone } from './cluster-gone';
import { requireDatabase } from './database-known';
import { withDatabase } from './database-session';
import { recordOf } from './known';
import type { TestbedRecord } from './records';
import { openSite } from './site';
import type { Surroundings } from './surroundings';
import { openTarget, requireSameCluster, type TargetOptions } from './target';
import { transfer } from './transfer-progress';

export interface RestoreOptions extends TargetOptions {
  readonly name: string;
  readonly file: string;
}

export interface RestoreResult {
  readonly testbed: TestbedRecord;
  readonly file: string;
  readonly backup: BackupDescription;
}

/**
 * Replaces the content of a testbed's database by that of a backup. The backup is read and compared first; it goes into a fresh database, which takes
 * the place of the present one when it is complete. Whatever fails before, the present one stays as it is.
 */
export async function restoreDatabase(options: RestoreOptions, surroundings: Surroundings): Promise<RestoreResult> {
  const site = openSite(surroundings.environment);
  const testbed = await recordOf(site, options.name, surroundings);
  const { database } = requireDatabase(testbed);
  const maintenance = MAINTENANCE[database.engine][database.version];
  const file = isAbsolute(options.file) ? options.file : join(surroundings.cwd, options.file);
  const backup = await readBackup(file, surroundings.signal);
  try {
    const { about } = backup;
    requireFitting(about, testbed, maintenance.version);
    await surroundings.confirm(
      text(
        `replace the database of '${testbed.name}' (${testbed.id}) by the backup of '${about.testbed}' from ${about.takenAt}? what was written since is lost, and its clients are disconnected`,
        `'${testbed.name}'(${testbed.id})의 데이터베이스를 '${about.testbed}'의 ${about.takenAt} 백업으로 바꿀까요? 그 뒤에 기록된 내용은 사라지고 접속은 끊어집니다`,
      ),
    );
    const { kubeconfig, context = testbed.cluster.context } = options;
    const target = await openTarget(site, { kubeconfig, context }, surroundings);
    const doing = text(`'${testbed.name}' was restored`, `'${testbed.name}'을(를) 복원하는 동안`);
    try {
      return await tellingIfGone(target.reference, doing, () => {
        requireSameCluster(testbed.name, testbed.cluster, target);
        const session = { site, target, testbed, container: maintenance.container, purpose: `restore ${testbed.id}` };
        return withDatabase(session, surroundings, async (run) => {
          const moved = { bytes: 0 };
          const restore = maintenance.restore(randomBytes(6).toString('hex'), about.bytes);
          const failure = text(
            `the backup could not be restored; the database of '${testbed.name}' is as it was`,
            `백업을 복원하지 못했습니다. '${testbed.name}'의 데이터베이스는 그대로입니다`,
          );
          await transfer(
            text(`restore '${testbed.name}'`, `'${testbed.name}' 복원`),
            surroundings,
            () => moved.bytes,
            () => run({ command: restore, input: counted(backup, moved), failure }),
          );
          return { testbed, file, backup: about };
        });
      });
    } finally {
      await target.close();
    }
  } finally {
    await backup.close();
  }
}

/** Each attempt begins at the beginning. */
function counted(backup: Backup, moved: { bytes: number }): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      moved.bytes = 0;
      for await (const chunk of backup.content()) {
        yield chunk;
        moved.bytes += chunk.length;
      }
    },
  };
}

function requireFitting(about: BackupDescription, testbed: TestbedRecord, version: number): void {
  if (about.engineVersion !== version)
    throw new TestbedError(
      'BackupRefused',
      text(
        `the backup is of PostgreSQL ${about.engineVersion}, and '${testbed.name}' has ${version}`,
        `백업은 PostgreSQL ${about.engineVersion}이고 '${testbed.name}'은(는) ${version}입니다`,
      ),
      { hint: text('restore it into a testbed of that version', '같은 버전의 테스트베드에 복원하세요') },
    );
  if (about.grade === 'sensitive' && testbed.grade !== 'sensitive')
    throw new TestbedError(
      'GradeRefused',
      text(
        `the backup is of grade sensitive, and '${testbed.name}' is ${testbed.grade}`,
        `백업은 sensitive 등급이고 '${testbed.name}'은(는) ${testbed.grade} 등급입니다`,
      ),
      { hint: text('restore it into a testbed of grade sensitive', 'sensitive 등급의 테스트베드에 복원하세요') },
    );
}
