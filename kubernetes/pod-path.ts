import { objectPath } from './addresses';

const PODS = { apiVersion: 'v1', kind: 'Pod', name: 'pods', namespaced: true, verbs: [] } as const;

/** `/api/v1/namespaces/<namespace>/pods/<pod>`; throws WrongAddress for a name that would leave its place. */
export function podPath(namespace: string, pod: string): string {
  return objectPath(PODS, pod, namespace);
}
