import { z } from 'zod';
import { loadPreset } from '../spec';
import { resolveTools } from '../platform/toolchain';
import { askDatabase } from './ask-database';
import { clusterUp, type ClusterUpResult } from './cluster';
import type { OperationResult } from '../engine/types';
import { text, type Text } from '../errors';
import { previewSpec } from './preview';
import { requireProvisionable } from './spec-file';
import { sharedUp } from './shared';
import { withEngine } from './stack';
import type { Surroundings } from './surroundings';
import { show, type ShowResult } from './show';
import { upSpec, type UpResult } from './up';

export interface QuickstartResult {
  /** Nothing was started, changed or created: everything stood already. */
  readonly unchanged: boolean;
  readonly cluster: 'started' | 'unchanged' | 'repaired';
  readonly shared: 'created' | 'changed' | 'unchanged';
  readonly planned: OperationResult;
  readonly up: UpResult;
  readonly show: ShowResult;
  readonly database: DatabaseShown;
  readonly elapsedMs: number;
}

/** What the database answered its developer, or why it was not asked. */
export type DatabaseShown =
  | {
      readonly state: 'answered';
      readonly member: string;
      /** What the server says it is, such as `15.20`. */
      readonly version: string;
      readonly user: string;
      readonly encrypted: boolean;
      readonly elapsedMs: number;
    }
  | { readonly state: 'not-shown'; readonly because: Text };

const PLATFORM_TOOLS = ['pulumi', 'etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

/**
 * From nothing to a running testbed: tools, cluster, shared stack, the `startup` preset, and a question to its database. Nodes are as `cluster up`
 * chooses them: a real one where that is possible and agreed to. Run again, it changes nothing and says so.
 */
export async function quickstart(
  options: { readonly offline?: boolean | undefined },
  surroundings: Surroundings,
): Promise<QuickstartResult> {
  const began = performance.now();
  const { environment, signal } = surroundings;
  const stage = openStages(7, surroundings);
  await stage(text('tools', '도구'), ({ onProgress }) =>
    resolveTools(PLATFORM_TOOLS, {
      environment,
      onProgress,
      signal,
      ...(options.offline === undefined ? {} : { offline: options.offline }),
    }),
  );
  const cluster = await stage(
    text('cluster', '클러스터'),
    (within) => clusterUp({ nodes: { kind: 'auto' }, offline: options.offline }, withoutTools(within)),
    ({ outcome }) => OUTCOMES[outcome],
  );
  return withEngine(surroundings, async (engine) => {
    const shared = await stage(
      text('shared: guard rails, rules, roles, provisioner', '공용 구성: 보호 규칙, 기준선 규칙, 역할, 프로비저너'),
      (within) => sharedUp({}, { ...within, engine }),
      ({ outcome }) => OUTCOMES[outcome],
    );
    const spec = await stage(
      text('spec: the preset startup', '명세: startup 프리셋'),
      (within) => Promise.resolve(requireProvisionable(loadPreset('startup', { now: within.now() }))),
      () => text('valid', '올바름'),
    );
    const planned = await stage(
      text(`preview of ${spec.name}`, `${spec.name} 미리보기`),
      (within) => previewSpec(spec, {}, { ...within, engine }),
      ({ operation }) => plan(operation),
    );
    const done = await stage(
      text(`testbed ${spec.name}`, `테스트베드 ${spec.name}`),
      (within) => upSpec(spec, {}, { ...within, engine }),
      ({ outcome }) => OUTCOMES[outcome],
    );
    const database = await stage(
      text('question to its database', '데이터베이스 질의'),
      (within) => showDatabase(spec.name, cluster, { ...within, engine }),
      ({ state }) => ANSWERS[state],
    );
    const shown = await show({ name: spec.name }, { ...surroundings, engine });
    const sharedOutcome = shared.outcome === 'created' || shared.outcome === 'changed' ? shared.outcome : 'unchanged';
    return {
      unchanged: cluster.outcome === 'unchanged' && sharedOutcome === 'unchanged' && done.outcome === 'unchanged',
      cluster: cluster.outcome,
      shared: sharedOutcome,
      planned: planned.operation,
      up: done,
      show: shown,
      database,
      elapsedMs: performance.now() - began,
    };
  });
}

const ANSWERS = {
  answered: text('answered', '응답함'),
  'not-shown': text('not shown', '보여 주지 못함'),
} as const;

const OUTCOMES = {
  started: text('started', '시작함'),
  repaired: text('repaired', '복구함'),
  created: text('created', '생성함'),
  'taken-up': text('taken up', '이어받음'),
  changed: text('changed', '변경함'),
  unchanged: text('unchanged', '변경 없음'),
  ended: text('ended', '종료함'),
  previewed: text('previewed', '미리 봄'),
} as const;

type Stage = <T>(title: Text, work: (within: Surroundings) => Promise<T>, outcome?: (result: T) => Text) => Promise<T>;

/** Numbered steps that enclose the steps of their work. */
function openStages(total: number, surroundings: Surroundings): Stage {
  let index = 0;
  return async (title, work, outcome) => {
    const step = { id: `stage:${++index}`, title, index, total, encloses: true } as const;
    const began = performance.now();
    const elapsed = (): { elapsedMs: number } => ({ elapsedMs: performance.now() - began });
    surroundings.onProgress({ ...step, state: 'start' });
    try {
      const result = await work(surroundings);
      const detail = outcome?.(result);
      surroundings.onProgress({ ...step, state: 'done', ...elapsed(), ...(detail === undefined ? {} : { detail }) });
      return result;
    } catch (error) {
      surroundings.onProgress({ ...step, state: 'failed', ...elapsed() });
      throw error;
    }
  };
}

/** Those of the first stage were told already. */
function withoutTools(surroundings: Surroundings): Surroundings {
  const told = new Set<string>(PLATFORM_TOOLS.map((name) => `tool:${name}`));
  return {
    ...surroundings,
    onProgress: (event) => {
      if (!told.has(event.id)) surroundings.onProgress(event);
    },
  };
}

const QUESTION = `select current_setting('server_version') as version, current_user as "user",
  (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as encrypted`;

const answerSchema = z.tuple([z.object({ version: z.string(), user: z.string(), encrypted: z.boolean() })]);

/** Asks the database as its developer does: a member's token, a forwarded port, the application's login. */
async function showDatabase(
  name: string,
  { status, simulatedBecause }: ClusterUpResult,
  surroundings: Surroundings,
): Promise<DatabaseShown> {
  if (status.nodes.kind !== 'real') return { state: 'not-shown', because: simulatedBecause ?? REMEMBERED };
  const { member, rows, elapsedMs } = await askDatabase({ name }, QUESTION, surroundings);
  const [answer] = answerSchema.parse(rows);
  // A distribution puts its own version behind.
  const [version = ''] = answer.version.split(' ');
  return { state: 'answered', member, ...answer, version, elapsedMs };
}

const REMEMBERED = text(
  'this cluster was made without a real node; one that may have it is made after: testbed cluster down --data',
  '실제 노드 없이 만든 클러스터입니다. 실제 노드로 새로 만들려면 먼저 실행하세요: testbed cluster down --data',
);

function plan({ changes, counts }: OperationResult): Text {
  const same = counts.same ?? 0;
  return changes.length === 0
    ? text(`${same} objects, nothing to change`, `객체 ${same}개, 변경할 것 없음`)
    : text(`${changes.length} objects to create or change`, `생성하거나 변경할 객체 ${changes.length}개`);
}
