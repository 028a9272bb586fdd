import { TestbedError, text, verbatim, type Text } from '../../errors';
import type { CapacityResult } from '../../operations/capacity';
import { defineCommand } from '../cli/command';
import { optionalChoiceFlag, parsedFlag } from '../cli/flags';
import { line, table, toned, type Block, type Cell } from '../cli/view';
import { TARGET_FLAGS } from './target-flags';
import { SIMULATED_NODES } from './testbed-view';

type Limit = NonNullable<CapacityResult['sizes'][number]['runsOutFirst']>;
type ResourceId = Limit['resource'];

const RESOURCES: Readonly<Record<ResourceId, Text>> = {
  cpu: text('CPU', 'CPU'),
  memory: text('memory', '메모리'),
  'ephemeral-storage': text('ephemeral storage', '임시 스토리지'),
  pods: text('pods', '파드 수'),
  'first-pod': text('a node with room for the database', '데이터베이스가 들어갈 노드'),
  volumes: text('volumes on disk', '볼륨용 디스크'),
  'pod-addresses': text('addresses of pods', '파드 주소'),
  'service-addresses': text('addresses of services', '서비스 주소'),
  'cluster-database': text("the cluster's database", '클러스터 데이터베이스'),
  'host-memory': text("this machine's memory", '이 컴퓨터의 메모리'),
  'host-processes': text("this machine's processes", '이 컴퓨터의 프로세스 수'),
  'host-watches': text("this machine's inotify instances", '이 컴퓨터의 inotify 인스턴스'),
};

const BASES: Readonly<Record<Limit['basis'], Text>> = {
  promised: text('promised', '약속 기준'),
  used: text('in use', '사용 기준'),
};

const UNUSABLE: Readonly<Record<NonNullable<CapacityResult['nodes'][number]['unusable']>, Text>> = {
  'not-ready': text('not ready', '준비되지 않음'),
  unschedulable: text('closed to new pods', '새 파드 배치 중지됨'),
  tainted: text('tainted', '테인트 있음'),
};

/** More nodes than this are counted, not named. */
const NAMED_NODES = 5;

export const capacityCommand = defineCommand({
  name: 'capacity',
  summary: text(
    'show how many more testbeds fit, and what runs out first',
    '테스트베드가 몇 개 더 들어가는지와 먼저 부족해질 자원을 보여 줍니다',
  ),
  description: text(
    'Changes nothing. FITS keeps every promise: each testbed may use all of its quota at the same time. NOW asks how many could be filled if all others stayed as they are. What could not be looked at is named: it may run out first.',
    '아무것도 변경하지 않습니다. "추가 가능"은 모든 테스트베드가 할당량을 동시에 전부 써도 되는 수이고, "현재 기준"은 나머지가 지금 사용량에 머문다고 볼 때의 수입니다. 확인할 수 없는 자원은 따로 표시하며, 그 자원이 먼저 부족해질 수 있습니다.',
  ),
  positionals: {},
  flags: {
    size: optionalChoiceFlag(['small', 'medium', 'large'], {
      placeholder: 'SIZE',
      summary: text('only this size', '이 크기만 표시합니다'),
    }),
    overcommit: parsedFlag(
      {
        placeholder: 'FACTOR',
        fallback: '1',
        summary: text(
          'how often CPU, memory and storage may be promised, 1 to 20',
          'CPU, 메모리, 스토리지를 몇 배까지 약속할지 정합니다 (1에서 20)',
        ),
      },
      readFactor,
    ),
    ...TARGET_FLAGS,
  },
  examples: [
    { command: 'testbed capacity', summary: text('of the embedded cluster, every size', '내장 클러스터, 모든 크기') },
    {
      command: 'testbed capacity --size small --overcommit 2',
      summary: text('where CPU and memory may be promised twice', 'CPU와 메모리를 두 배까지 약속할 때'),
    },
  ],
  handler: async (args, context) => (await import('../../operations/capacity.js')).capacity(args, context),
  view: (result) => [
    table(
      [
        text('SIZE', '크기'),
        text('FITS', '추가 가능'),
        text('RUNS OUT FIRST', '먼저 부족해지는 자원'),
        text('NOW', '현재 기준'),
        text('RUNS OUT FIRST', '먼저 부족해지는 자원'),
      ],
      result.sizes.map(({ size, fits, runsOutFirst, fitsNow, runsOutFirstNow }) => [
        size,
        countCell(fits),
        limitWords(runsOutFirst),
        countCell(fitsNow),
        limitWords(runsOutFirstNow),
      ]),
    ),
    table(
      [text('RESOURCE', '자원'), text('BASIS', '기준'), text('TAKEN', '사용'), text('OF', '전체')],
      result.resources.map(({ resource, basis, taken, capacity }) => [
        RESOURCES[resource],
        BASES[basis],
        taken > capacity ? toned('warn', amountWords(resource, taken)) : amountWords(resource, taken),
        amountWords(resource, capacity),
      ]),
    ),
    line(
      toned(
        'soft',
        text(
          `${result.testbeds} testbeds, ${result.pods} pods, ${result.usableNodes} of ${result.nodes.length} nodes usable, promised ${result.overcommit} times`,
          `테스트베드 ${result.testbeds}개, 파드 ${result.pods}개, 노드 ${result.nodes.length}개 중 ${result.usableNodes}개 사용 가능, 약속 배수 ${result.overcommit}`,
        ),
      ),
    ),
    ...unusableBlocks(result),
    ...result.unknown.map(({ resource, why }) =>
      line(
        toned(
          'soft',
          text(`not known: ${RESOURCES[resource].en} (${why.en})`, `확인 불가: ${RESOURCES[resource].ko} (${why.ko})`),
        ),
      ),
    ),
    ...(result.simulatedNodes === 0
      ? []
      : result.simulatedNodes === result.usableNodes
        ? [SIMULATED_NODES]
        : [someSimulated(result)]),
  ],
});

function readFactor(given: string | undefined): number {
  if (given === undefined) return 1;
  const factor = /^\d{1,2}(?:\.\d{1,3})?$/.test(given) ? Number(given) : Number.NaN;
  if (factor >= 1 && factor <= 20) return factor;
  throw new TestbedError(
    'UsageWrong',
    text(
      `--overcommit is '${given}', which is no number from 1 to 20`,
      `--overcommit 값 '${given}'은(는) 1에서 20 사이의 숫자가 아닙니다`,
    ),
  );
}

function countCell(count: number | undefined): Cell {
  if (count === undefined) return toned('soft', text('not known', '확인 불가'));
  return toned(count === 0 ? 'bad' : 'good', String(count));
}

function limitWords(limit: Limit | undefined): Text {
  if (limit === undefined) return verbatim('');
  const name = RESOURCES[limit.resource];
  const basis = BASES[limit.basis];
  return limit.basis === 'promised' ? text(`${name.en} (${basis.en})`, `${name.ko} (${basis.ko})`) : name;
}

/** Cores, mebibytes or a count. */
function amountWords(resource: ResourceId, amount: number): string {
  switch (resource) {
    case 'cpu':
      return String(amount / 1000);
    case 'memory':
    case 'ephemeral-storage':
    case 'volumes':
    case 'cluster-database':
    case 'host-memory':
      return amount >= 10 * 2 ** 30 ? `${Math.floor(amount / 2 ** 30)}Gi` : `${Math.floor(amount / 2 ** 20)}Mi`;
    case 'pods':
    case 'first-pod':
    case 'pod-addresses':
    case 'service-addresses':
    case 'host-processes':
    case 'host-watches':
      return String(amount);
  }
}

function unusableBlocks({ nodes }: CapacityResult): readonly Block[] {
  const unusable = nodes.flatMap(({ name, unusable: why }) =>
    why === undefined ? [] : [{ name, why: UNUSABLE[why] }],
  );
  if (unusable.length === 0) return [];
  const named = unusable.slice(0, NAMED_NODES);
  const more = unusable.length > NAMED_NODES ? ', …' : '';
  return [
    line(
      toned(
        'warn',
        text(
          `nodes that take nothing new: ${named.map(({ name, why }) => `${name} (${why.en})`).join(', ')}${more}`,
          `새 파드를 받지 않는 노드: ${named.map(({ name, why }) => `${name} (${why.ko})`).join(', ')}${more}`,
        ),
      ),
    ),
  ];
}

function someSimulated({ simulatedNodes, usableNodes }: CapacityResult): Block {
  return line(
    toned(
      'warn',
      text(
        `${simulatedNodes} of ${usableNodes} usable nodes are simulated: what they take looks ready and does not run`,
        `사용 가능한 노드 ${usableNodes}개 중 ${simulatedNodes}개는 모의 노드입니다. 그 위의 워크로드는 실제로 실행되지 않습니다`,
      ),
    ),
  );
}
