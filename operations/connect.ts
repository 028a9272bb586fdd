import { isAbsolute, join } from 'node:path';
import { writeKubeconfig } from '../kubernetes/kubeconfig';
import { TestbedError, isNoSpace, noSpace, reasonOf, text } from '../errors';
import { writeWhole } from '../host/atomic-file';
import { withMember, type MemberOptions } from './connect-member';
import type { TestbedRecord } from './records';
import type { Surroundings } from './surroundings';

export interface ConnectOptions extends MemberOptions {
  /** Where the kubeconfig is written, mode 0600. Default `<name>.kubeconfig` in the working directory. */
  readonly file?: string | undefined;
}

export interface ConnectResult {
  readonly testbed: TestbedRecord;
  readonly member: string;
  readonly file: string;
  /** RFC 3339; at most an hour from now. */
  readonly expires: string;
}

/** Writes a kubeconfig with the participant's role and a token that lives at most an hour. */
export function connect(options: ConnectOptions, surroundings: Surroundings): Promise<ConnectResult> {
  return withMember(
    options,
    surroundings,
    ({ name }) => text(`access to '${name}' was asked for`, `'${name}'의 접근 권한을 요청하는 동안`),
    async ({ testbed, member, connection, expires }) => {
      const file = resolveFile(options.file ?? `${testbed.name}.kubeconfig`, surroundings.cwd);
      const content = writeKubeconfig({
        connection: await connection(),
        context: testbed.name,
        namespace: testbed.id,
      });
      writePrivately(file, content);
      return { testbed, member, file, expires: expires() };
    },
  );
}

function resolveFile(file: string, cwd: string): string {
  return isAbsolute(file) ? file : join(cwd, file);
}

function writePrivately(file: string, content: string): void {
  try {
    // A full disk leaves the old file as it is, and never a part of a token.
    writeWhole(file, content);
  } catch (cause) {
    if (isNoSpace(cause)) throw noSpace(file, cause);
    throw new TestbedError(
      'NoPermission',
      text(`cannot write ${file}: ${reasonOf(cause)}`, `${file}을(를) 쓸 수 없습니다: ${reasonOf(cause)}`),
      {
        cause,
        hint: text('name another place with --file', '--file로 다른 위치를 지정하세요'),
      },
    );
  }
}
