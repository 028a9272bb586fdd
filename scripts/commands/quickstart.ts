import { text, type Language, type Text } from '../../errors';
import type { QuickstartResult } from '../../operations/quickstart';
import type { ShowResult } from '../../operations/show';
import { defineCommand } from '../cli/command';
import { duration } from '../cli/duration';
import { facts, line, toned, type Block } from '../cli/view';
import { OFFLINE_FLAG } from './offline-flag';
import { countLine } from './operation-view';
import { OBJECT_STATES, SIMULATED_NODES, stateCell } from './testbed-view';
import { YES_FLAG } from './yes-flag';

export const quickstartCommand = defineCommand({
  name: 'quickstart',
  summary: text(
    'from nothing to a running testbed on this machine',
    '이 컴퓨터에서 처음부터 테스트베드 하나를 띄웁니다',
  ),
  description: text(
    'Prepares the tools, starts the embedded cluster, previews and provisions the preset `startup`, asks its database a question and leaves all running. The cluster gets a real node on Linux as root, where that works and the download of Debian packages is agreed to; else nodes are simulated, and it says what was not shown. Run again, it changes nothing.',
    '도구를 준비하고, 내장 클러스터를 시작하고, `startup` 프리셋을 미리 본 뒤 구성하고, 데이터베이스에 질의한 다음 실행 상태로 둡니다. Linux의 root 환경에서 가능하고 Debian 패키지 다운로드에 동의하면 실제 노드를 쓰고, 그렇지 않으면 모의 노드를 쓰며 무엇을 보여 주지 못했는지 알립니다. 다시 실행해도 바뀌는 것이 없습니다.',
  ),
  positionals: {},
  flags: { ...OFFLINE_FLAG, ...YES_FLAG },
  examples: [{ command: 'npx testbed quickstart', summary: text('after npm ci', 'npm ci 다음에 실행') }],
  whenInterrupted: text(
    'what was started keeps running: `testbed quickstart` goes on, `testbed cluster down` stops all',
    '시작된 것은 계속 실행됩니다. `testbed quickstart`로 이어서 하거나 `testbed cluster down`으로 모두 중지하세요',
  ),
  handler: async (args, context) => (await import('../../operations/quickstart.js')).quickstart(args, context),
  view: ({ unchanged, cluster, up, show, database, elapsedMs }) => [
    countLine(up.operation),
    facts(
      [text('testbed', '테스트베드'), toned('strong', `${up.testbed.name} (${up.testbed.id})`)],
      [text('state', '상태'), stateCell(up.testbed.infrastructure)],
      [text('grade, size', '등급, 크기'), `${up.testbed.grade}, ${up.testbed.size}`],
      [text('ends', '종료일'), up.testbed.ends],
      [text('workloads', '워크로드'), workloads(show.live?.workloads ?? [])],
    ),
    ...databaseBlocks(database),
    line(
      unchanged
        ? text(
            'all of it stood already: nothing changed, it keeps running',
            '이미 모두 갖춰져 있어 변경한 것이 없으며 계속 실행됩니다',
          )
        : {
            started: text(
              `ready in ${duration(elapsedMs).en}; it keeps running`,
              `${duration(elapsedMs).ko} 만에 준비되었으며 계속 실행됩니다`,
            ),
            repaired: text(
              `repaired and ready in ${duration(elapsedMs).en}; it keeps running`,
              `${duration(elapsedMs).ko} 만에 복구하고 준비했으며 계속 실행됩니다`,
            ),
            unchanged: text(
              `ready in ${duration(elapsedMs).en}; it keeps running`,
              `${duration(elapsedMs).ko} 만에 준비되었으며 계속 실행됩니다`,
            ),
          }[cluster],
    ),
    line(toned('soft', text('what its developer does next:', '개발자의 다음 단계:'))),
    ...(database.state === 'answered' ? [line(`  npx testbed connect ${up.testbed.name} database --psql`)] : []),
    line(`  npx testbed connect ${up.testbed.name}`),
    line(`  KUBECONFIG=${up.testbed.name}.kubeconfig kubectl get pods`),
    line(`  npx testbed show ${up.testbed.name}`),
    line(toned('soft', text('to end it:', '종료하려면:'))),
    line(`  npx testbed down ${up.testbed.name} && npx testbed cluster down`),
  ],
});

function databaseBlocks(shown: QuickstartResult['database']): readonly Block[] {
  if (shown.state === 'answered') {
    const took = duration(shown.elapsedMs);
    const how = shown.encrypted ? text(' over TLS', ' TLS로') : text('', '');
    return [
      line(
        toned(
          'good',
          text(
            `its database answered ${shown.member} in ${took.en}: PostgreSQL ${shown.version}, as ${shown.user}${how.en}`,
            `데이터베이스가 ${shown.member}의 질의에 ${took.ko} 만에${how.ko} 응답했습니다: PostgreSQL ${shown.version}, 사용자 ${shown.user}`,
          ),
        ),
      ),
    ];
  }
  return [
    SIMULATED_NODES,
    line(text(`why: ${shown.because.en}`, `이유: ${shown.because.ko}`)),
    line(
      text(
        'not shown: a database that starts and answers, a volume that keeps its data, packets that network policies refuse, names that a testbed may and may not learn',
        '보여 주지 못한 것: 데이터베이스의 시작과 응답, 볼륨의 데이터 보존, 네트워크 정책의 패킷 차단, 테스트베드별 이름 조회 제한',
      ),
    ),
  ];
}

function workloads(shown: NonNullable<ShowResult['live']>['workloads']): Text {
  const words = (language: Language): string =>
    shown.map(({ kind, name, state }) => `${kind}/${name} ${OBJECT_STATES[state][1][language]}`).join(', ');
  return text(words('en'), words('ko'));
}
