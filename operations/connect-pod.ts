import type { KubernetesClient, KubernetesObject } from '../kubernetes/types';
import { TestbedError, text } from '../errors';

const LONGEST_LIST = 20;

/**
 * The pod of that name, or, without a name, the only one that `of` lets through. Throws UsageWrong that names the pods there are when the choice is
 * not clear, NotReady when there is none.
 */
export async function choosePod(
  client: KubernetesClient,
  selection: { readonly namespace: string; readonly labelSelector?: string },
  { wished, of }: { readonly wished: string | undefined; readonly of: (pod: KubernetesObject) => boolean },
): Promise<KubernetesObject> {
  const { namespace } = selection;
  const found: KubernetesObject[] = [];
  for await (const pod of client.list('v1', 'Pod', selection)) {
    if (pod.metadata.name === wished) return pod;
    if (of(pod)) found.push(pod);
  }
  const [only] = found;
  if (wished === undefined && only !== undefined && found.length === 1) return only;
  const shown = found.slice(0, LONGEST_LIST).map(({ metadata }) => metadata.name);
  const names = shown.join(', ') + (found.length > LONGEST_LIST ? ', ...' : '');
  if (found.length === 0 && wished === undefined)
    throw new TestbedError(
      'NotReady',
      text(`there is no such pod in ${namespace}`, `${namespace}에 해당하는 파드가 없습니다`),
    );
  throw new TestbedError(
    'UsageWrong',
    wished === undefined
      ? text('there is more than one pod: name one', '파드가 여러 개입니다. 하나를 지정하세요')
      : text(`there is no pod '${wished}' in ${namespace}`, `${namespace}에 '${wished}' 파드가 없습니다`),
    names === '' ? {} : { hint: text(`pods: ${names}`, `파드: ${names}`) },
  );
}
