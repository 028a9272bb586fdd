import { text } from '../../errors';
import type { CheckFailure } from './check';
import type { ProviderContext, Run } from './context';
import { isJsonObject, wordAt } from './objects';
import type { Properties } from './wire';

/** Where the provider's inputs keep which cluster its resources live in; the vendor's provider knows the key too. */
export const CLUSTER_KEY = 'clusterIdentifier';

/** Settings that say where the cluster is. The operation's connection decides that, so they neither matter nor show as changes. */
const CONNECTION_KEYS: ReadonlySet<string> = new Set(['kubeconfig', 'context', 'cluster']);

/** Notes the cluster's identity in the provider's inputs. A kubeconfig given as contents is refused: it would be silently unused. */
export function checkConfiguration(
  { clusterUid }: ProviderContext,
  news: Properties,
): { readonly inputs: Properties; readonly failures: readonly CheckFailure[] } {
  const kubeconfig = news.value['kubeconfig'];
  const failures: CheckFailure[] = [];
  if (typeof kubeconfig === 'string' && /[\n{]/.test(kubeconfig))
    failures.push({
      path: ['kubeconfig'],
      reason: text(
        'the embedded provider works on the cluster that testbed is told, so a kubeconfig in the program would not be used; leave it out, or run with --provider vendor',
        '내장 프로바이더는 testbed에 지정된 클러스터를 사용하므로 프로그램의 kubeconfig는 쓰이지 않습니다. 빼거나 --provider vendor로 실행하세요',
      ),
    });
  const value = { ...news.value };
  if (clusterUid !== undefined && value[CLUSTER_KEY] === undefined) value[CLUSTER_KEY] = clusterUid;
  return { inputs: { value, secrets: news.secrets }, failures };
}

/** Whether the resources of this provider live in another cluster than the one it is for now: then all of them are made anew. */
export function isAnotherCluster(olds: Properties, news: Properties): boolean {
  const before = wordAt(olds.value, CLUSTER_KEY);
  const now = wordAt(news.value, CLUSTER_KEY);
  return before !== undefined && now !== undefined && before !== now;
}

export function isConnectionKey(key: string): boolean {
  return CONNECTION_KEYS.has(key) || key === CLUSTER_KEY || key === 'version' || key === '__internal';
}

/** Takes the settings that count here: the namespace of objects that name none. */
export function configure(run: Run, args: Properties): void {
  const namespace = isJsonObject(args.value) ? wordAt(args.value, 'namespace') : undefined;
  if (namespace !== undefined && namespace !== '') run.defaultNamespace = namespace;
  run.isConfigured = true;
}
