import { text, type Text } from '../errors';
import { numberAt } from './json';
import type { KubernetesObject } from './types';

export type Readiness =
  | { readonly state: 'ready' }
  | { readonly state: 'waiting'; readonly reason: Text }
  /** It will not get ready by waiting. */
  | { readonly state: 'failed'; readonly reason: Text };

export const READY: Readiness = { state: 'ready' };

export function waiting(reason: Text): Readiness {
  return { state: 'waiting', reason };
}

export function failed(reason: Text): Readiness {
  return { state: 'failed', reason };
}

/** Waiting, while there are fewer pods than there are to be. */
export function short(have: number, of: number, en: string, ko: string): Readiness | undefined {
  return have >= of ? undefined : waiting(text(`${have} of ${of} pods are ${en}`, `파드 ${of}개 중 ${have}개가 ${ko}`));
}

/** Waiting, for kinds whose controller always notes which generation it has seen, while it has seen none. */
export function unseen(object: KubernetesObject): Readiness | undefined {
  return numberAt(object['status'], 'observedGeneration') === undefined
    ? waiting(text('its controller has not seen it yet', '컨트롤러가 아직 이 객체를 처리하지 않았습니다'))
    : undefined;
}
