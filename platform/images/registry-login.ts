import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { TestbedError, text } from '../../errors';

const FILE_BYTES = 1024 * 1024;
const fileSchema = z.object({
  auths: z.record(z.string(), z.object({ auth: z.string().optional() })).default({}),
});
const tokenSchema = z.union([
  z.object({ token: z.string().min(1) }).transform(({ token }) => token),
  z.object({ access_token: z.string().min(1) }).transform(({ access_token: token }) => token),
]);

type Get = (url: URL, headers: Record<string, string>) => Promise<{ status: number; body: string }>;

/** How to log in to one registry; the password leaves it only as a header for that registry, or for the token server it names over https. */
export interface RegistryLogin {
  /** The `authorization` that answers a registry's challenge. Throws RegistryRefused. */
  answer(challenge: string, repository: string, get: Get): Promise<string>;
}

/** Reads the login of a host from a file in the form of docker's config.json. Throws UsageWrong for a file that is none. */
export function registryLogin(host: string, environment: NodeJS.ProcessEnv): RegistryLogin {
  const file = environment['TESTBED_REGISTRY_AUTH_FILE'] ?? environment['REGISTRY_AUTH_FILE'];
  const basic = file === undefined || file === '' ? undefined : basicFrom(file, host);
  return {
    answer: async (challenge, repository, get) => {
      const headers: Record<string, string> = basic === undefined ? {} : { authorization: `Basic ${basic}` };
      if (/^basic\b/i.test(challenge) && basic !== undefined) return `Basic ${basic}`;
      const realm = /^bearer\b.*\brealm="([^"]+)"/i.exec(challenge)?.[1] ?? '';
      const service = /\bservice="([^"]*)"/i.exec(challenge)?.[1];
      const url = URL.canParse(realm) ? new URL(realm) : undefined;
      const isSafe = url?.protocol === 'https:' || (url?.hostname === '127.0.0.1' && url.protocol === 'http:');
      if (url === undefined || !isSafe) throw noWayIn(host);
      if (service !== undefined) url.searchParams.set('service', service);
      url.searchParams.set('scope', `repository:${repository}:pull,push`);
      const { status, body } = await get(url, headers);
      const token = status === 200 ? tokenSchema.safeParse(parsed(body)).data : undefined;
      if (token === undefined) throw noWayIn(host);
      return `Bearer ${token}`;
    },
  };
}

function basicFrom(file: string, host: string): string | undefined {
  let content: string;
  try {
    content = readFileSync(file, 'utf8').slice(0, FILE_BYTES);
  } catch (error) {
    throw new TestbedError(
      'UsageWrong',
      text(`the login file ${file} can't be read`, `로그인 파일 ${file}을(를) 읽을 수 없습니다`),
      { cause: error },
    );
  }
  const logins = fileSchema.safeParse(parsed(content));
  if (!logins.success)
    throw new TestbedError(
      'UsageWrong',
      text(
        `the login file ${file} is none: it needs {"auths": {"HOST": {"auth": "..."}}}`,
        `로그인 파일 ${file}의 형식이 다릅니다. {"auths": {"HOST": {"auth": "..."}}} 형식이어야 합니다`,
      ),
    );
  return logins.data.auths[host]?.auth;
}

function noWayIn(host: string): TestbedError {
  return new TestbedError(
    'RegistryRefused',
    text(
      `the registry ${host} wants a login that is not there`,
      `레지스트리 ${host}에 로그인이 필요하지만 로그인 정보가 없습니다`,
    ),
    {
      hint: text(
        "name a file with its login, in the form of docker's config.json: TESTBED_REGISTRY_AUTH_FILE=/path/auth.json",
        'docker config.json 형식의 로그인 파일을 지정하십시오: TESTBED_REGISTRY_AUTH_FILE=/경로/auth.json',
      ),
    },
  );
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
