import { text } from '../errors';
import { requireDatabase } from './database-known';
import { recordOf } from './known';
import { openSite } from './site';
import type { Surroundings } from './surroundings';
import type { TargetOptions } from './target';
import { upSpec, type UpResult } from './up';

export interface RotateOptions extends TargetOptions {
  readonly name: string;
}

/**
 * Gives a testbed's database new passwords and a new certificate. The old ones hold until the server starts with the new ones, which takes
 * seconds. Run again after any interruption it makes further ones; `testbed up` finishes what was begun.
 */
export async function rotateDatabase(options: RotateOptions, surroundings: Surroundings): Promise<UpResult> {
  const record = await recordOf(openSite(surroundings.environment), options.name, surroundings);
  const spec = requireDatabase(record);
  await surroundings.confirm(
    text(
      `give the database of '${record.name}' (${record.id}) new passwords? it restarts, and its applications must read the Secret again`,
      `'${record.name}'(${record.id}) 데이터베이스의 비밀번호를 교체할까요? 데이터베이스가 재시작되며 애플리케이션은 시크릿을 다시 읽어야 합니다`,
    ),
  );
  const { kubeconfig, context = record.cluster.context } = options;
  return upSpec(spec, { kubeconfig, context, credentials: 'renew' }, surroundings);
}
