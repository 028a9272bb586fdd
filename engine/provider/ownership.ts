import { ANNOTATIONS } from '../../components/vocabulary';
import { TestbedError, text, verbatim, type Text } from '../../errors';
import { objectPath } from '../../kubernetes/addresses';
import { failedWith } from '../../kubernetes/failures';
import { fieldsAt, stringAt, stringsAt } from '../../kubernetes/json';
import type { KubernetesClient, KubernetesObject, ObjectReference } from '../../kubernetes/types';
import { nameOf } from '../../kubernetes/wording';
import { idOf, isSecretKind } from './objects';

/** Which resource of which stack an object belongs to; written on it as annotations. */
export interface Mark {
  readonly stack: string;
  readonly urn: string;
}

/** The object with our mark on it. The mark is added when an object is applied and is no input, so that it never shows as a change. */
export function withMark(object: KubernetesObject, mark: Mark): KubernetesObject {
  const annotations = {
    ...object.metadata.annotations,
    [ANNOTATIONS.stack]: mark.stack,
    [ANNOTATIONS.urn]: mark.urn,
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** What is seen of an object without reading it: enough to tell whose it is. */
export interface Sighting {
  readonly uid: string;
  readonly mark: Partial<Mark>;
  readonly ending: boolean;
  readonly finalizers: readonly string[];
}

const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/**
 * Looks whose object that is; undefined when there is none. A Secret is never read: an empty patch as a dry run answers with the
 * metadata alone, and the right to patch is all it takes.
 */
export async function sight(
  client: KubernetesClient,
  reference: ObjectReference,
  signal?: AbortSignal,
): Promise<Sighting | undefined> {
  if (!isSecretKind(reference)) {
    const object = await client.get(reference, signal);
    return object === undefined ? undefined : sighting(object);
  }
  const resource = await client.resource(reference.apiVersion, reference.kind);
  if (resource === undefined) return undefined;
  const { status, body } = await rawUnless404(
    client,
    `${objectPath(resource, reference.name, reference.namespace)}?dryRun=All`,
    signal,
  );
  return status === 404 ? undefined : sighting(body);
}

async function rawUnless404(
  client: KubernetesClient,
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    return await client.raw('PATCH', path, {
      body: {},
      contentType: 'application/merge-patch+json',
      accept: METADATA_ONLY,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (failedWith(error)?.status === 404) return { status: 404, body: undefined };
    throw error;
  }
}

function sighting(object: unknown): Sighting {
  const metadata = fieldsAt(object, 'metadata');
  const annotations = fieldsAt(metadata, 'annotations');
  const stack = stringAt(annotations, ANNOTATIONS.stack);
  const urn = stringAt(annotations, ANNOTATIONS.urn);
  return {
    uid: stringAt(metadata, 'uid') ?? '',
    mark: { ...(stack === undefined ? {} : { stack }), ...(urn === undefined ? {} : { urn }) },
    ending: stringAt(metadata, 'deletionTimestamp') !== undefined,
    finalizers: stringsAt(metadata, 'finalizers'),
  };
}

/** Whether the object there may be taken: it bears our mark, or none and the program adopts it. Throws OwnershipConflict, which names whose it is. */
export function claimSighting(reference: ObjectReference, found: Sighting, mark: Mark, adopts: boolean): void {
  const { stack, urn } = found.mark;
  if (stack === mark.stack && urn === mark.urn) return;
  if (stack === undefined && urn === undefined && adopts) return;
  throw new TestbedError('OwnershipConflict', whose(reference, found, mark), { hint: wayOut(reference, found, mark) });
}

function whose(reference: ObjectReference, { mark: theirs }: Sighting, mark: Mark): Text {
  const name = nameOf(reference);
  if (theirs.stack === mark.stack)
    return text(
      `${name.en} already belongs to another resource of this stack: ${theirs.urn ?? 'unknown'}`,
      `${name.ko}은(는) 이미 이 스택의 다른 리소스에 속합니다: ${theirs.urn ?? '알 수 없음'}`,
    );
  if (theirs.stack !== undefined)
    return text(
      `${name.en} already exists and belongs to the stack "${theirs.stack}" (${theirs.urn ?? 'resource unknown'}); it was left as it is`,
      `${name.ko}은(는) 이미 있으며 스택 "${theirs.stack}"에 속합니다(${theirs.urn ?? '리소스 알 수 없음'}). 변경하지 않았습니다`,
    );
  return text(
    `${name.en} already exists and bears no mark of ours: somebody else made it; it was left as it is`,
    `${name.ko}은(는) 이미 있으며 테스트베드 표식이 없습니다. 다른 주체가 만든 객체이므로 변경하지 않았습니다`,
  );
}

function wayOut(reference: ObjectReference, { mark: theirs }: Sighting, mark: Mark): Text {
  if (theirs.stack === mark.stack)
    return text(
      'give one of the two another metadata.name, or an alias if the resource was renamed',
      '둘 중 하나의 metadata.name을 바꾸거나, 리소스 이름을 변경한 경우 alias를 지정하세요',
    );
  if (theirs.stack !== undefined) return text('use another metadata.name', 'metadata.name을 다른 이름으로 바꾸세요');
  const object = `${reference.kind.toLowerCase()}/${idOf(reference)}`;
  return text(
    `use another name for ${object}, or take it over by the annotation ${ANNOTATIONS.adopt}: "true"`,
    `${object}의 이름을 바꾸거나, 주석 ${ANNOTATIONS.adopt}: "true"로 인수하세요`,
  );
}

/** The object is still there but on its way out, and was not gone in time. */
export function stillEnding(reference: ObjectReference): TestbedError {
  const name = nameOf(reference);
  return new TestbedError(
    'NotReady',
    text(
      `${name.en} is still being ended, so it cannot be made anew yet; try again when it is gone`,
      `${name.ko}이(가) 아직 종료 중이어서 새로 만들 수 없습니다. 사라진 뒤 다시 시도하세요`,
    ),
    { hint: verbatim(`kubectl get ${reference.kind.toLowerCase()} ${reference.name} -o yaml`) },
  );
}
