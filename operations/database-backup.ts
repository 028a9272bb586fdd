import { isAbsolute, join } from 'node:path';
import { MAINTENANCE } from '../components/database/maintenance';
import { text } from '../errors';
import { writeBackup, type BackupDescription } from './backup-file';
import { tellingIfGone } from './cluster-gone';
import { requireDatabase } from './database-known';
import { withDatabase } from './database-session';
import { recordOf } from './known';
import { openSite } from './site';
import type { Surroundings } from './surroundings';
import { openTarget, requireSameCluster, type TargetOptions } from './target';
import { transfer } from './transfer-progress';

export interface BackupOptions extends TargetOptions {
  readonly name: string;
  /** Where it is written, mode 0600. Default `<name>-<time>.backup` in the working directory. */
  readonly file?: string | undefined;
}

export interface BackupResult {
  readonly file: string;
  readonly backup: BackupDescription;
}

/** Writes a backup of a testbed's database: one moment of it, while it is in use. A file that is there already is not touched. */
export async function backupDatabase(options: BackupOptions, surroundings: Surroundings): Promise<BackupResult> {
  const site = openSite(surroundings.environment);
  const testbed = await recordOf(site, options.name, surroundings);
  const { database } = requireDatabase(testbed);
  const maintenance = MAINTENANCE[database.engine][database.version];
  const takenAt = surroundings.now().toISOString();
  const named = options.file ?? `${testbed.name}-${takenAt.replaceAll(/[-:]|\.\d+/g, '')}.backup`;
  const file = isAbsolute(named) ? named : join(surroundings.cwd, named);
  const writer = await writeBackup(file);
  try {
    const { kubeconfig, context = testbed.cluster.context } = options;
    const target = await openTarget(site, { kubeconfig, context }, surroundings);
    const doing = text(`'${testbed.name}' was backed up`, `'${testbed.name}'을(를) 백업하는 동안`);
    try {
      return await tellingIfGone(target.reference, doing, () => {
        requireSameCluster(testbed.name, testbed.cluster, target);
        const session = { site, target, testbed, container: maintenance.container, purpose: `backup ${testbed.id}` };
        return withDatabase(session, surroundings, async (run) => {
          const failure = text(
            `the database of '${testbed.name}' could not be backed up; no file was written`,
            `'${testbed.name}'의 데이터베이스를 백업하지 못했습니다. 파일을 만들지 않았습니다`,
          );
          let serverVersion = '';
          const output = (chunk: Uint8Array): void => {
            serverVersion = (serverVersion + Buffer.from(chunk).toString('utf8')).slice(0, 200);
          };
          await run({ command: maintenance.describe, output, failure });
          await transfer(
            text(`back up '${testbed.name}'`, `'${testbed.name}' 백업`),
            surroundings,
            () => writer.written(),
            () => run({ command: maintenance.dump, output: (chunk) => writer.write(chunk), failure }),
          );
          const { name, id, participant, grade } = testbed;
          const backup = await writer.finish({
            testbed: name,
            id,
            participant,
            grade,
            engine: database.engine,
            engineVersion: maintenance.version,
            serverVersion: serverVersion.trim(),
            takenAt,
          });
          return { file, backup };
        });
      });
    } finally {
      await target.close();
    }
  } finally {
    await writer.abandon();
  }
}
