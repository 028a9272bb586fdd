import { TestbedError, text } from '../../errors';
import { debianArchitecture } from './architecture';
import { runProgram } from './run-program';

const ASK_MS = 60_000;

/** How the host reaches its mirror: proxies and certificates, nothing that runs or that weakens a check of signatures. */
export async function hostSettings(environment: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<string[]> {
  const dump = await runProgram({
    command: 'apt-config',
    args: ['dump', '--no-empty', 'Acquire'],
    environment,
    timeoutMs: ASK_MS,
    signal: signal,
  });
  return dump
    .split('\n')
    .filter((line) =>
      /^Acquire::(?:https?::(?:[\w.-]+::)?(?:Proxy|CaInfo|CaPath|SslCert|SslKey|Timeout)(?:::\S+)?|ForceIPv[46]) "[^"\\]*";$/i.test(
        line,
      ),
    );
}

/** apt's settings for a state directory of our own: the host's packages, lists, hooks and preferences play no part. Throws UsageWrong for a path that apt can't take. */
export function aptConf(directory: string, hostSettings: readonly string[]): string {
  if (/["\\\s]/.test(directory))
    throw new TestbedError(
      'UsageWrong',
      text(
        `apt can't work in ${JSON.stringify(directory)}: the cache's path must have no spaces, quotes or backslashes`,
        `apt가 ${JSON.stringify(directory)}에서 작업할 수 없습니다. 캐시 경로에 공백, 따옴표, 역슬래시가 없어야 합니다`,
      ),
      {
        hint: text(
          'choose another: XDG_CACHE_HOME=/other/place',
          '다른 위치를 지정하십시오: XDG_CACHE_HOME=/다른/위치',
        ),
      },
    );
  const architecture = debianArchitecture();
  return [
    ...hostSettings,
    `Dir::State "${directory}";`,
    `Dir::State::lists "${directory}/lists";`,
    `Dir::State::status "${directory}/status";`,
    `Dir::State::extended_states "${directory}/extended_states";`,
    `Dir::Cache "${directory}";`,
    `Dir::Cache::archives "${directory}/archives";`,
    `Dir::Etc "${directory}/etc";`,
    `Dir::Etc::sourcelist "${directory}/etc/debian.sources";`,
    `Dir::Etc::sourceparts "${directory}/etc/none";`,
    `Dir::Etc::parts "${directory}/etc/none";`,
    `Dir::Etc::main "${directory}/etc/none.conf";`,
    `Dir::Etc::preferences "${directory}/etc/none.pref";`,
    `Dir::Etc::preferencesparts "${directory}/etc/none";`,
    // A password for the mirror stays where the site keeps it.
    'Dir::Etc::netrc "/etc/apt/auth.conf";',
    'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";',
    'Dir::Etc::trusted "/etc/apt/trusted.gpg";',
    'Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";',
    `Dir::Log "${directory}/log";`,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    'APT::Install-Recommends "false";',
    'APT::Install-Suggests "false";',
    'APT::Get::AllowUnauthenticated "false";',
    // apt's own user can't enter a folder below somebody's home.
    'APT::Sandbox::User "";',
    'Acquire::AllowInsecureRepositories "false";',
    'Acquire::AllowWeakRepositories "false";',
    'Acquire::AllowDowngradeToInsecureRepositories "false";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    '',
  ].join('\n');
}
