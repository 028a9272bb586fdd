import { TestbedError, text } from '../../errors';
import type { ConnectResult } from '../../operations/connect';
import type { ConnectDatabaseResult, DatabaseWay } from '../../operations/connect-database';
import { defineCommand } from '../cli/command';
import { numberFlag, optionalChoice, requiredWord, switchFlag, wordFlag } from '../cli/flags';
import { document, facts, line, toned, type Block } from '../cli/view';
import { MEMBER_FLAG } from './member-flags';
import { TARGET_FLAGS } from './target-flags';
import { nextStep } from './testbed-view';

export const connectCommand = defineCommand({
  name: 'connect',
  summary: text(
    "open a participant's way in: a kubeconfig, or a port to the database",
    '참여자의 접속 경로를 엽니다: kubeconfig 또는 데이터베이스 포트',
  ),
  description: text(
    "Without a part it writes a kubeconfig that is valid for an hour. With `database` it forwards a port of this machine to the testbed's database as the member, through the cluster's API server, until Ctrl-C; only processes of your own user may use that port. The password is said only on demand: by --url, or to psql by --psql.",
    '구성 요소를 지정하지 않으면 1시간 동안 유효한 kubeconfig를 작성합니다. database를 지정하면 구성원의 권한으로 클러스터의 API 서버를 거쳐 이 컴퓨터의 포트를 테스트베드의 데이터베이스에 연결하며, Ctrl-C를 누를 때까지 유지합니다. 이 포트는 같은 사용자의 프로세스만 사용할 수 있습니다. 비밀번호는 요청할 때만 알려 줍니다: --url로 출력하거나 --psql로 psql에 전달합니다.',
  ),
  positionals: {
    name: requiredWord(text('name or id of the testbed', '테스트베드의 이름 또는 ID')),
    part: optionalChoice(
      ['database'],
      text('what to connect to; a kubeconfig without it', '접속할 구성 요소. 지정하지 않으면 kubeconfig'),
    ),
  },
  flags: {
    ...MEMBER_FLAG,
    file: wordFlag({
      short: 'f',
      placeholder: 'FILE',
      file: true,
      summary: text(
        'where the kubeconfig is written; NAME.kubeconfig without it',
        'kubeconfig를 저장할 파일. 지정하지 않으면 이름.kubeconfig',
      ),
    }),
    port: numberFlag({
      placeholder: 'PORT',
      least: 1,
      most: 65_535,
      summary: text('the local port; one that is free without it', '로컬 포트. 지정하지 않으면 비어 있는 포트'),
    }),
    url: switchFlag({
      summary: text('print one URL with the password, and nothing else', '비밀번호가 들어 있는 URL 하나만 출력합니다'),
    }),
    psql: switchFlag({
      summary: text('start psql, and end with it', 'psql을 실행하고, 종료되면 함께 끝냅니다'),
    }),
    ...TARGET_FLAGS,
  },
  examples: [
    { command: 'testbed connect care-lab', summary: text('writes care-lab.kubeconfig', 'care-lab.kubeconfig를 작성') },
    {
      command: 'KUBECONFIG=care-lab.kubeconfig kubectl get pods',
      summary: text('use it', '사용 예'),
    },
    {
      command: 'testbed connect care-lab database --psql',
      summary: text('ask its database', '데이터베이스에 질의'),
    },
    {
      command: 'testbed connect care-lab database --url --port 15432',
      summary: text('for other clients', '다른 클라이언트에서 사용'),
    },
  ],
  handler: async (
    { part, port, url, psql, file, ...options },
    context,
  ): Promise<ConnectResult | ConnectDatabaseResult> => {
    if (part === undefined) {
      for (const [flag, given] of Object.entries({ port: port !== undefined, url, psql }))
        if (given) throw misplaced(flag, `connect ${options.name} database`);
      return (await import('../../operations/connect.js')).connect({ ...options, file }, context);
    }
    if (file !== undefined) throw misplaced('file', `connect ${options.name}`);
    if (url && psql)
      throw new TestbedError(
        'UsageWrong',
        text(
          '--url and --psql are two ways to do it: give one',
          '--url과 --psql은 함께 쓸 수 없습니다. 하나만 지정하세요',
        ),
      );
    const use = url ? 'url' : psql ? 'psql' : 'forward';
    const { connectDatabase } = await import('../../operations/connect-database.js');
    return connectDatabase({ ...options, port, use }, context, (way) => {
      if (!way.guarded) context.onWarning(UNGUARDED);
      if (use !== 'psql') context.tell(way, wayBlocks(way));
    });
  },
  view: (result) => ('way' in result ? [] : kubeconfigBlocks(result)),
  spoken: (result) => 'way' in result,
  exitCode: (result) => ('way' in result ? result.exitCode : 0),
});

const UNGUARDED = text(
  'this system does not tell whose process connects: every user of this machine could use the port',
  '이 시스템에서는 접속한 프로세스의 사용자를 확인할 수 없어, 이 컴퓨터의 모든 사용자가 포트를 사용할 수 있습니다',
);

function wayBlocks(way: DatabaseWay): readonly Block[] {
  if (way.url !== undefined) return [document(`${way.url}\n`)];
  const { testbed, member, host, port, database, user, authority } = way;
  return [
    facts(
      [text('testbed', '테스트베드'), toned('strong', `${testbed.name} (${testbed.id})`)],
      [text('member', '구성원'), member],
      [text('host, port', '호스트, 포트'), `${host}, ${port}`],
      [text('database, user', '데이터베이스, 사용자'), `${database}, ${user}`],
      [text('TLS', 'TLS'), `sslmode=verify-full sslrootcert=${authority}`],
    ),
    line(toned('soft', text('the password: --url prints it', '비밀번호: --url로 출력할 수 있습니다'))),
    line(text('open until Ctrl-C', 'Ctrl-C를 누를 때까지 열려 있습니다')),
  ];
}

function kubeconfigBlocks({ testbed, member, file, expires }: ConnectResult): readonly Block[] {
  return [
    facts(
      [text('testbed', '테스트베드'), toned('strong', `${testbed.name} (${testbed.id})`)],
      [text('member', '구성원'), member],
      [text('kubeconfig', 'kubeconfig'), file],
      [text('valid until', '만료 시각'), expires],
    ),
    line(
      toned(
        'soft',
        text(
          'the file holds a token: whoever has it is this member until then',
          '이 파일에는 토큰이 들어 있어, 만료될 때까지 파일을 가진 사람이 이 구성원의 권한을 갖습니다',
        ),
      ),
    ),
    line(toned('soft', nextStep(`KUBECONFIG=${quoted(file)} kubectl get pods`))),
  ];
}

function misplaced(flag: string, command: string): TestbedError {
  return new TestbedError(
    'UsageWrong',
    text(`--${flag} goes with: testbed ${command}`, `--${flag} 옵션은 다음 명령에서 씁니다: testbed ${command}`),
  );
}

/** As a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
