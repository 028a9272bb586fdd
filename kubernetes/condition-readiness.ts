import { text, verbatim } from '../errors';
import { conditionsIn, type Condition } from './conditions';
import { fieldsAt, listAt, numberAt, stringAt } from './json';
import { READY, failed, waiting, type Readiness } from './readiness-state';
import type { KubernetesObject } from './types';
import { plainWords } from './wording';

/**
 * By the conditions that controllers have agreed on, for kinds without a meaning of their own here: Stalled and Reconciling, then Ready; without Ready
 * Available, else what gateways say (Accepted, ResolvedRefs, Programmed, for routes those of each parent), else Progressing.
 * A condition about an older generation counts as not seen. Ready when there is none of these: most kinds have no status at all.
 */
export function byConditions(object: KubernetesObject): Readiness {
  const own = judge(object, listAt(object, 'status', 'conditions'));
  if (own.state !== 'ready') return own;
  for (const parent of listAt(object, 'status', 'parents')) {
    const state = judge(object, listAt(parent, 'conditions'));
    if (state.state === 'ready') continue;
    const name = plainWords(stringAt(fieldsAt(parent, 'parentRef'), 'name') ?? '?');
    const reason = text(`parent "${name}": ${state.reason.en}`, `상위 객체 "${name}": ${state.reason.ko}`);
    return { state: state.state, reason };
  }
  return READY;
}

const OF_GATEWAYS = ['Accepted', 'ResolvedRefs', 'Programmed'] as const;

function judge(object: KubernetesObject, list: ReturnType<typeof listAt>): Readiness {
  const { generation } = object.metadata;
  const conditions = conditionsIn(list);
  const of = (type: string): Condition | undefined => conditions.find((condition) => condition.type === type);
  const stale = (type: string): boolean => {
    const seen = numberAt(
      list.find((condition) => stringAt(condition, 'type') === type),
      'observedGeneration',
    );
    return seen !== undefined && generation !== undefined && seen < generation;
  };
  const unmet = (type: string): Readiness | undefined => {
    const condition = of(type);
    if (condition === undefined) return undefined;
    if (stale(type)) return waiting(NOT_SEEN);
    return condition.status === 'True' ? undefined : waiting(said(condition));
  };

  const stalled = of('Stalled');
  if (stalled?.status === 'True' && !stale('Stalled')) return failed(said(stalled));
  const reconciling = of('Reconciling');
  if (reconciling?.status === 'True') return waiting(said(reconciling));
  if (of('Ready') !== undefined) return unmet('Ready') ?? READY;
  if (of('Available') !== undefined) return deadline(of('Progressing')) ?? unmet('Available') ?? READY;
  for (const type of OF_GATEWAYS) {
    const state = unmet(type);
    if (state !== undefined) return state;
  }
  if (of('Accepted') !== undefined) return READY;
  const progressing = of('Progressing');
  return deadline(progressing) ?? (progressing?.status === 'True' ? waiting(said(progressing)) : READY);
}

export const NOT_SEEN = text(
  'its controller has not seen the latest change yet',
  '컨트롤러가 아직 최근 변경을 반영하지 않았습니다',
);

function deadline(progressing: Condition | undefined): Readiness | undefined {
  return progressing?.status === 'False' && progressing.reason.endsWith('DeadlineExceeded')
    ? failed(said(progressing))
    : undefined;
}

/** What a condition says, and where it has no words its own name. */
function said({ type, status, reason, message }: Condition): ReturnType<typeof verbatim> {
  const words = [reason, message].filter((part) => part !== '').join(': ');
  return words === ''
    ? text(`its condition ${type} is ${status}`, `조건 ${type}의 값이 ${status}입니다`)
    : verbatim(words);
}
