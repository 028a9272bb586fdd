import { text, type Text } from '../errors';
import { collectionPath, objectPath } from './addresses';
import type { Caller } from './caller';
import type { Discovery } from './discovery';
import { KubernetesCallError } from './failures';
import type { ApiResource, ObjectReference } from './types';
import { nameOf, namesOfAll, wordOf, type CallVerb } from './wording';

/** Where objects are on a server: kinds by discovery, paths from them, every mistake as the error of the call it was made for. */
export interface Addressing {
  objectPath(verb: CallVerb, reference: ObjectReference): Promise<string>;
  collectionPath(verb: CallVerb, apiVersion: string, kind: string, namespace: string | undefined): Promise<string>;
  resource(apiVersion: string, kind: string): Promise<ApiResource | undefined>;
  resources(): Promise<readonly ApiResource[]>;
}

export function createAddressing(server: string, caller: Caller, discovery: Discovery): Addressing {
  const addressed = async <T>(verb: CallVerb, target: Text, address: () => Promise<T>): Promise<T> => {
    try {
      return await address();
    } catch (error) {
      throw caller.wrong(verb, target, error);
    }
  };
  const served = async (verb: CallVerb, target: Text, apiVersion: string, kind: string): Promise<ApiResource> => {
    const resource = await discovery.resource(apiVersion, kind);
    if (resource === undefined) throw kindUnknown(server, verb, target, apiVersion, kind);
    return resource;
  };
  return {
    objectPath(verb, reference) {
      const target = nameOf(reference);
      return addressed(verb, target, async () => {
        const resource = await served(verb, target, reference.apiVersion, reference.kind);
        return objectPath(resource, reference.name, reference.namespace);
      });
    },
    collectionPath(verb, apiVersion, kind, namespace) {
      const target = namesOfAll(kind, namespace);
      return addressed(verb, target, async () => {
        const resource = await served(verb, target, apiVersion, kind);
        const lacksNamespace = verb === 'create' && resource.namespaced && namespace === undefined;
        // Refused with the words for a missing namespace.
        return lacksNamespace ? objectPath(resource, kind, undefined) : collectionPath(resource, namespace);
      });
    },
    resource(apiVersion, kind) {
      const target = text(`the kind ${kind} of ${apiVersion}`, `${apiVersion}의 ${kind} 종류`);
      return addressed('discover', target, () => discovery.resource(apiVersion, kind));
    },
    resources: () => discovery.resources(),
  };
}

/** Not the same as a missing object: a mistake in apiVersion must not look like something that is gone. */
function kindUnknown(
  server: string,
  verb: CallVerb,
  target: Text,
  apiVersion: string,
  kind: string,
): KubernetesCallError {
  const word = wordOf(verb);
  return new KubernetesCallError(
    'KubernetesRefused',
    text(
      `cannot ${word.en} ${target.en}: the API server ${server} has no kind ${kind} in ${apiVersion}; check apiVersion and kind, or install what defines the kind`,
      `${target.ko}: ${word.ko} 작업을 할 수 없습니다. API 서버 ${server}에 ${apiVersion}의 ${kind} 종류가 없습니다. apiVersion과 kind를 확인하거나 해당 종류를 정의하는 구성 요소를 설치하세요`,
    ),
    { status: 404, reason: 'KindUnknown', message: `no kind ${kind} in ${apiVersion}`, causes: [] },
  );
}
