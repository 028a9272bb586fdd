import { createHash } from 'node:crypto';
import { text, type Text } from '../../errors';
import type { JsonObject, JsonValue } from '../../kubernetes/types';
import type { Run } from './context';
import { isJsonObject, isSecretKind, mapAt, wordAt } from './objects';
import { formatPath, type Path } from './paths';
import { isDerivedKind, parseTypeToken, refusedType, type TypeName } from './type-token';
import { parseUrn } from './urn';
import { annotationMistakes } from './wait-annotations';
import { UNKNOWN, type Properties } from './wire';

export const AUTONAMED = 'pulumi.com/autonamed';

/** What the server writes and a program must not: left in, it would be a difference for ever. */
const READ_ONLY_METADATA = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
] as const;

export interface CheckQuestion {
  readonly urn: string;
  readonly news: Properties;
  /** Checked inputs of the last run; empty for a new resource. */
  readonly olds: Properties;
  readonly randomSeed: Uint8Array;
  /** The engine's own naming rule, where the project has one. */
  readonly naming?: { readonly mode: 'propose' | 'enforce' | 'disable'; readonly name: string };
}

export interface CheckFailure {
  readonly path: Path;
  readonly reason: Text;
}

export interface CheckAnswer {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

/**
 * Makes a program's inputs complete and the same at every run: apiVersion and kind from the type, name and namespace, no read-only
 * metadata, a Secret's stringData as data. Failures name the property. Asks the server only whether the kind has namespaces.
 * Throws UsageWrong for types that only the vendor's provider has.
 */
export async function checkInputs(run: Run, question: CheckQuestion): Promise<CheckAnswer> {
  const { type: token, name: logicalName } = parseUrn(question.urn);
  const type = parseTypeToken(token);
  const { news } = question;
  if (isDerivedKind(type, news.value)) throw refusedType(token);
  const failures: CheckFailure[] = [
    ...mustBe(news.value['apiVersion'], type.apiVersion, ['apiVersion'], token),
    ...mustBe(news.value['kind'], type.kind, ['kind'], token),
  ];
  const inputs: JsonObject = { ...news.value, apiVersion: type.apiVersion, kind: type.kind };

  const given = news.value['metadata'];
  if (given !== undefined && given !== null && given !== UNKNOWN && !isJsonObject(given))
    failures.push({ path: ['metadata'], reason: text('metadata must be a map', 'metadata는 맵이어야 합니다') });
  if (given !== UNKNOWN) {
    const metadata = isJsonObject(given) ? { ...given } : {};
    for (const field of READ_ONLY_METADATA) delete metadata[field];
    failures.push(...nameObject(metadata, question, logicalName));
    failures.push(...(await placeObject(run, metadata, type)));
    for (const { key, reason } of annotationMistakes(metadata, type))
      failures.push({ path: ['metadata', 'annotations', key], reason });
    inputs['metadata'] = metadata;
  }
  const secrets = [...news.secrets];
  if (isSecretKind(type)) {
    foldStringData(inputs);
    for (const field of ['data', 'stringData']) if (inputs[field] !== undefined) secrets.push([field]);
  }
  return { inputs: { value: inputs, secrets }, failures };
}

function mustBe(found: JsonValue | undefined, expected: string, path: Path, token: string): CheckFailure[] {
  if (found === undefined || found === null || found === UNKNOWN || found === expected) return [];
  const shown = JSON.stringify(found).slice(0, 100);
  return [
    {
      path,
      reason: text(
        `${formatPath(path)} is ${shown}, but the type ${token} needs "${expected}"`,
        `${formatPath(path)} 값이 ${shown}이지만 타입 ${token}에는 "${expected}"이(가) 필요합니다`,
      ),
    },
  ];
}

/** Fills metadata.name: the program's, else the one that the object got before, else one made from the engine's seed. */
function nameObject(metadata: JsonObject, question: CheckQuestion, logicalName: string): CheckFailure[] {
  const path = ['metadata', 'name'];
  const name = metadata['name'];
  if (name === UNKNOWN) return [];
  if (name !== undefined && name !== null) {
    if (typeof name === 'string' && name !== '' && !/[/%]|^\.{1,2}$/.test(name)) return [];
    const shown = JSON.stringify(name).slice(0, 100);
    const reason = text(
      `${shown} cannot be the name of an object; use lower-case letters, digits and "-"`,
      `${shown}은(는) 객체 이름으로 쓸 수 없습니다. 영문 소문자, 숫자, "-"를 사용하세요`,
    );
    return [{ path, reason }];
  }
  if (metadata['generateName'] !== undefined)
    return [
      {
        path: ['metadata', 'generateName'],
        reason: text(
          'names made by the server cannot be applied again; give metadata.name, or neither for a name made from the resource name',
          '서버가 만든 이름은 다시 적용할 수 없습니다. metadata.name을 지정하거나, 리소스 이름으로 자동 생성되도록 둘 다 생략하세요',
        ),
      },
    ];
  const before = wordAt(question.olds.value, 'metadata', 'name');
  const wasAutonamed = wordAt(question.olds.value, 'metadata', 'annotations', AUTONAMED) === 'true';
  const { naming } = question;
  if (wasAutonamed && before !== undefined) metadata['name'] = before;
  else if (naming?.mode === 'disable')
    return [
      {
        path,
        reason: text(
          'automatic names are off in this project; give metadata.name',
          '이 프로젝트에서는 자동 이름 지정이 꺼져 있습니다. metadata.name을 지정하세요',
        ),
      },
    ];
  else if (naming !== undefined && naming.name !== '') metadata['name'] = naming.name;
  else metadata['name'] = `${logicalName}-${randomHex(question)}`;
  const annotations = metadata['annotations'];
  if (annotations !== UNKNOWN)
    metadata['annotations'] = { ...(isJsonObject(annotations) ? annotations : {}), [AUTONAMED]: 'true' };
  return [];
}

/** 8 hex digits that are the same for the same seed; without a seed (no engine does that) they come from the URN. */
function randomHex({ randomSeed, urn }: CheckQuestion): string {
  return createHash('sha256').update(randomSeed).update('\0').update(urn).digest('hex').slice(0, 8);
}

/** Fills metadata.namespace of kinds that lie in one. A kind that is not there yet (its definition comes later) is left as it is. */
async function placeObject(run: Run, metadata: JsonObject, type: TypeName): Promise<CheckFailure[]> {
  const path = ['metadata', 'namespace'];
  const namespace = metadata['namespace'];
  if (namespace === UNKNOWN) return [];
  const resource = await run.context.client.resource(type.apiVersion, type.kind);
  if (resource === undefined) return [];
  if (!resource.namespaced) {
    if (namespace === undefined || namespace === null) return [];
    const reason = text(
      `${type.kind} lies in no namespace; leave metadata.namespace out`,
      `${type.kind}은(는) 네임스페이스에 속하지 않습니다. metadata.namespace를 빼세요`,
    );
    return [{ path, reason }];
  }
  if (namespace === undefined || namespace === null || namespace === '') {
    metadata['namespace'] = run.defaultNamespace;
    return [];
  }
  if (typeof namespace === 'string' && !/[/%]|^\.{1,2}$/.test(namespace)) return [];
  const shown = JSON.stringify(namespace).slice(0, 100);
  const reason = text(`${shown} cannot be a namespace`, `${shown}은(는) 네임스페이스가 될 수 없습니다`);
  return [{ path, reason }];
}

/** The server keeps only data, so stringData would differ at every run; unknown values stay unknown. */
function foldStringData(inputs: JsonObject): void {
  const plain = inputs['stringData'];
  if (plain === undefined || plain === null || inputs['data'] === UNKNOWN) return;
  if (plain !== UNKNOWN && !isJsonObject(plain)) return;
  delete inputs['stringData'];
  if (plain === UNKNOWN) {
    inputs['data'] = UNKNOWN;
    return;
  }
  const data: JsonObject = { ...mapAt(inputs, 'data') };
  for (const [key, value] of Object.entries(plain)) {
    const known = typeof value === 'string' && value !== UNKNOWN;
    data[key] = known ? Buffer.from(value, 'utf8').toString('base64') : value;
  }
  inputs['data'] = data;
}
