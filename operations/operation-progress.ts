import { RULES_PREFIX } from '../policies/admission/policies';
import type { EngineEvent, OperationKind, ResourceOperation } from '../engine/types';
import { text, verbatim, type StepEvent, type Text } from '../errors';
import type { Surroundings } from './surroundings';

export interface OperationProgress {
  /** For the engine's run. */
  readonly onEvent: (event: EngineEvent) => void;
  /** Opens and closes what is shown of the run as a whole. */
  readonly during: <T>(run: Promise<T>) => Promise<T>;
}

type Diagnostic = Extract<EngineEvent, { readonly type: 'diagnostic' }>;

/**
 * Engine events as progress. What changes the cluster is one step an object, with what it waits for as its detail. What only looks
 * (preview, drift) is one step in all, with the count of objects looked at: a line `create …` there would tell of something that was not done.
 */
export function openOperationProgress(kind: OperationKind, surroundings: Surroundings): OperationProgress {
  const { onProgress, onWarning } = surroundings;
  const objects: OperationProgress =
    kind === 'preview' || kind === 'drift' || kind === 'repair'
      ? lookedAt(LOOKING[kind], onProgress)
      : { onEvent: changes(onProgress), during: (run) => run };
  return {
    ...objects,
    onEvent: (event) => {
      if (event.type === 'diagnostic') {
        if (event.severity === 'warning' && !isOfOurRules(event)) onWarning(warningOf(event));
      } else objects.onEvent(event);
    },
  };
}

/** What the rules remark of an object was told of the plan, in the reader's language; the cluster's own policies say the same again. */
function isOfOurRules({ source, message }: Diagnostic): boolean {
  return source === 'server' && message.startsWith(`Validation failed for ValidatingAdmissionPolicy '${RULES_PREFIX}`);
}

function warningOf({ source, message }: Diagnostic): Text {
  if (source !== 'server') return verbatim(message);
  return text(`the API server warns: ${message}`, `API 서버 경고: ${message}`);
}

const LOOKING = {
  preview: text("the cluster's dry run", '클러스터 모의 실행'),
  drift: text('comparison with the cluster', '클러스터와 비교'),
  repair: text('taking back what drifted', '달라진 내용 되돌리기'),
} as const;

function lookedAt(title: Text, onProgress: Surroundings['onProgress']): OperationProgress {
  const seen = new Set<string>();
  const report = (state: StepEvent['state']): void =>
    onProgress({
      id: 'operation',
      state,
      title,
      ...(seen.size === 0 ? {} : { detail: text(`${seen.size} objects`, `객체 ${seen.size}개`) }),
    });
  return {
    onEvent: (event) => {
      if (event.type !== 'resource' || event.state !== 'done' || !isObject(event.resourceType)) return;
      seen.add(event.urn);
      report('update');
    },
    during: async (run) => {
      report('start');
      try {
        const result = await run;
        report('done');
        return result;
      } catch (error) {
        report('failed');
        throw error;
      }
    },
  };
}

function changes(onProgress: Surroundings['onProgress']): (event: EngineEvent) => void {
  const titles = new Map<string, Text>();
  return (event) => {
    if (event.type === 'diagnostic') return;
    const id = `object:${event.urn}`;
    if (event.type === 'status') {
      const title = titles.get(event.urn) ?? verbatim(event.urn.slice(event.urn.lastIndexOf('::') + 2));
      onProgress({ id, state: 'update', title, detail: event.message });
      return;
    }
    const { state, operation, resourceType, urn, name, elapsedMs } = event;
    const title = changeTitle(operation, `${resourceType.slice(resourceType.lastIndexOf(':') + 1)} ${name}`);
    if (title === undefined || !isObject(resourceType)) return;
    titles.set(urn, title);
    onProgress({ id, state, title, ...(elapsedMs === undefined ? {} : { elapsedMs }) });
  };
}

function isObject(resourceType: string): boolean {
  return resourceType.startsWith('kubernetes:');
}

/** undefined for what only looks: hundreds of unchanged objects are no news. */
function changeTitle(operation: ResourceOperation, object: string): Text | undefined {
  switch (operation) {
    case 'create':
      return text(`create ${object}`, `${object} 생성`);
    case 'update':
      return text(`update ${object}`, `${object} 변경`);
    case 'replace':
      return text(`replace ${object}`, `${object} 교체`);
    case 'delete':
      return text(`end ${object}`, `${object} 종료`);
    case 'same':
    case 'read':
    case 'refresh':
      return undefined;
  }
}
