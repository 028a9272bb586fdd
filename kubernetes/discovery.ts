import { groupVersionPath } from './addresses';
import { fieldsAt, listAt, stringAt, stringsAt, type Fields } from './json';
import type { ApiResource, KubernetesClient } from './types';

/** GETs a path; undefined for 404. */
export type Fetch = (path: string, accept?: string) => Promise<unknown>;

/** Which kinds a server has, remembered for the life of a client. */
export interface Discovery {
  resource(apiVersion: string, kind: string): Promise<ApiResource | undefined>;
  resources(): Promise<readonly ApiResource[]>;
}

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';

/**
 * Asks for a group version when it is first needed; callers at the same time share one request. A kind that is not in what is remembered
 * is asked for once more, because custom resource definitions may have come since.
 */
export function createDiscovery(fetch: Fetch): Discovery {
  const known = new Map<string, readonly ApiResource[]>();
  const asked = new Map<string, Promise<readonly ApiResource[]>>();

  const ask = (apiVersion: string): Promise<readonly ApiResource[]> => {
    const running = asked.get(apiVersion);
    if (running !== undefined) return running;
    const request = fetch(groupVersionPath(apiVersion))
      .then((body) => {
        const resources = groupVersionResources(apiVersion, body);
        known.set(apiVersion, resources);
        return resources;
      })
      .finally(() => asked.delete(apiVersion));
    asked.set(apiVersion, request);
    return request;
  };
  const find = (resources: readonly ApiResource[] | undefined, kind: string): ApiResource | undefined =>
    resources?.find((resource) => resource.kind === kind);

  return {
    async resource(apiVersion, kind) {
      return find(known.get(apiVersion), kind) ?? find(await ask(apiVersion), kind);
    },
    async resources() {
      const [core, groups] = await Promise.all([fetch('/api', AGGREGATED), fetch('/apis', AGGREGATED)]);
      return [...aggregatedResources(core), ...aggregatedResources(groups)];
    },
  };
}

/** API groups whose own server does not answer: discovery lists them without their kinds. */
export async function staleGroups(client: KubernetesClient): Promise<readonly string[]> {
  const { body } = await client.raw('GET', '/apis', { accept: AGGREGATED });
  return listAt(body, 'items').flatMap((group) =>
    listAt(group, 'versions')
      .filter((version) => stringAt(version, 'freshness') === 'Stale')
      .map(
        (version) => `${stringAt(fieldsAt(group, 'metadata'), 'name') ?? '?'}/${stringAt(version, 'version') ?? '?'}`,
      ),
  );
}

/** From an APIResourceList; sub-resources (`pods/log`) are not kinds of their own. */
function groupVersionResources(apiVersion: string, body: unknown): ApiResource[] {
  return listAt(body, 'resources').flatMap((entry) => {
    const name = stringAt(entry, 'name');
    const kind = stringAt(entry, 'kind');
    if (name === undefined || kind === undefined || !isPlural(name)) return [];
    return [{ apiVersion, kind, name, namespaced: entry['namespaced'] === true, verbs: stringsAt(entry, 'verbs') }];
  });
}

/** From an APIGroupDiscoveryList: of every kind the version that its group prefers (listed first). */
function aggregatedResources(body: unknown): ApiResource[] {
  return listAt(body, 'items').flatMap((group) => {
    const groupName = stringAt(fieldsAt(group, 'metadata'), 'name') ?? '';
    const taken = new Set<string>();
    return listAt(group, 'versions').flatMap((version) => {
      const versionName = stringAt(version, 'version') ?? '';
      const apiVersion = groupName === '' ? versionName : `${groupName}/${versionName}`;
      return listAt(version, 'resources').flatMap((entry) => {
        const resource = aggregatedResource(apiVersion, entry);
        if (resource === undefined || taken.has(resource.name)) return [];
        taken.add(resource.name);
        return [resource];
      });
    });
  });
}

function aggregatedResource(apiVersion: string, entry: Fields): ApiResource | undefined {
  const name = stringAt(entry, 'resource');
  const kind = stringAt(fieldsAt(entry, 'responseKind'), 'kind');
  if (name === undefined || kind === undefined || !isPlural(name)) return undefined;
  return { apiVersion, kind, name, namespaced: entry['scope'] === 'Namespaced', verbs: stringsAt(entry, 'verbs') };
}

/** Names become parts of paths. */
function isPlural(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/.test(name);
}
