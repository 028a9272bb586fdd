import { setTimeout as delay } from 'node:timers/promises';
import { TestbedError, text, verbatim, type OnProgress, type Text } from '../../errors';
import { logFile, type ClusterLayout } from './layout';
import { isHealthy } from './observation';
import { isAlive, type OwnProcess } from './processes/proof';
import type { ClusterRecord } from './record/cluster-record';
import { readSupervisorStatus, type SupervisorStatus } from './record/supervisor-status';
import { lastWords } from './supervisor/log-files';

const POLL_MS = 100;
const UPDATE_MS = 1000;
const LOG_LINES = 6;

type Step = Exclude<SupervisorStatus['step'], 'ready'>;

const STEPS: readonly { readonly step: Step; readonly title: Text }[] = [
  { step: 'api', title: text('etcd and API server', 'etcd와 API 서버') },
  { step: 'bootstrap', title: text('identities and roles', '신원과 역할') },
  { step: 'controllers', title: text('controllers', '컨트롤러') },
  { step: 'nodes', title: text('nodes', '노드') },
];

/** Preparing the files is the first of the steps that people see. */
export const TOTAL_STEPS = STEPS.length + 1;

/** Tells the steps of a start as the supervisor enters them; each is opened once and closed once. */
class StepTeller {
  readonly #onProgress: OnProgress | undefined;
  #at = -1;
  #began = 0;
  #told = 0;

  constructor(onProgress: OnProgress | undefined) {
    this.#onProgress = onProgress;
  }

  reach(step: SupervisorStatus['step']): void {
    const target = step === 'ready' ? STEPS.length : STEPS.findIndex((known) => known.step === step);
    while (this.#at < target) {
      if (this.#at >= 0) this.#tell('done');
      this.#at++;
      this.#began = Date.now();
      this.#told = this.#began;
      if (this.#at < STEPS.length) this.#tell('start');
    }
    if (Date.now() - this.#told < UPDATE_MS) return;
    this.#told = Date.now();
    this.#tell('update');
  }

  fail(): void {
    this.#tell('failed');
  }

  #tell(state: 'start' | 'update' | 'done' | 'failed'): void {
    const known = STEPS[this.#at];
    if (known === undefined) return;
    this.#onProgress?.({
      id: `cluster:${known.step}`,
      state,
      title: known.title,
      index: this.#at + 2,
      total: TOTAL_STEPS,
      ...(state === 'start' ? {} : { elapsedMs: Date.now() - this.#began }),
    });
  }
}

/** Waits until all is ready. Throws ClusterStartFailed or NoSpace with the last words of the component that fails. */
export async function waitUntilReady(
  layout: ClusterLayout,
  record: ClusterRecord,
  supervisor: OwnProcess | undefined,
  timeoutMs: number,
  { onProgress, signal }: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const teller = new StepTeller(onProgress);
  const until = Date.now() + timeoutMs;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const said = readSupervisorStatus(layout);
      if (supervisor === undefined || !isAlive(supervisor))
        throw startFailed(layout, 'supervisor', text('the supervisor has ended', '감독 프로세스가 종료되었습니다'));
      if (said !== undefined) teller.reach(said.step);
      if (said?.problem !== undefined) throw startFailed(layout, failingComponent(said), verbatim(said.problem));
      if (await isHealthy(layout, { record, supervisor, said })) return;
      if (Date.now() >= until)
        throw startFailed(
          layout,
          failingComponent(said),
          text(`not ready after ${timeoutMs / 1000} s`, `${timeoutMs / 1000}초가 지나도 준비되지 않았습니다`),
        );
      await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
  } catch (error) {
    teller.fail();
    throw error;
  }
}

function failingComponent(said: SupervisorStatus | undefined): string {
  const components = said?.components ?? [];
  const failing =
    components.find(({ state }) => state === 'backing-off') ??
    components.find(({ restarts }) => restarts > 0) ??
    components.find(({ state }) => state === 'starting');
  // Those are no programs of their own.
  if (failing === undefined || failing.name === 'simulated-storage' || failing.name === 'local-storage')
    return 'supervisor';
  return failing.name;
}

function startFailed(layout: ClusterLayout, component: string, why: Text): TestbedError {
  const path = logFile(layout, component);
  const lines = lastWords(path, LOG_LINES);
  const isFull = lines.some((line) =>
    /no space left on device|disk quota exceeded|mvcc: database space exceeded/i.test(line),
  );
  const details = lines.map((line) => verbatim(`${component}: ${line}`));
  if (isFull)
    return new TestbedError(
      'NoSpace',
      text(
        `${component} found no space left on the device that holds ${layout.directory}`,
        `${component}이(가) 쓸 공간이 ${layout.directory} 경로의 장치에 남아 있지 않습니다`,
      ),
      {
        details,
        hint: text(`free space, then: testbed cluster up`, `공간을 확보한 뒤 실행하세요: testbed cluster up`),
      },
    );
  // The kubelet and the API server watch files; the kernel counts the watchers of all programs of a user together.
  const isOutOfWatchers = lines.some((line) => /inotify.*too many open files/i.test(line));
  return new TestbedError(
    'ClusterStartFailed',
    text(
      `the cluster did not start: ${component}: ${why.en}`,
      `클러스터를 시작하지 못했습니다: ${component}: ${why.ko}`,
    ),
    {
      details,
      hint: isOutOfWatchers
        ? text(
            'let your programs watch more files: sysctl -w fs.inotify.max_user_instances=1024',
            '프로그램이 더 많은 파일을 감시할 수 있게 하세요: sysctl -w fs.inotify.max_user_instances=1024',
          )
        : text(`read its log: less ${path}`, `로그를 확인하세요: less ${path}`),
    },
  );
}
