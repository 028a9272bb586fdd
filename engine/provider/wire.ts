import { ListValue, NullValue, Struct, Value } from 'google-protobuf/google/protobuf/struct_pb';
import { TestbedError, text } from '../../errors';
import type { JsonObject, JsonValue } from '../../kubernetes/types';
import type { Path } from './paths';

/** The key that marks a map as a special value, and the signatures that stand under it. */
export const SIGNATURE_KEY = '4dabf18193072939515e22adb298388d';
export const SIGNATURES = {
  secret: '1b47061264138c4ac30d75fd1eb44270',
  output: 'd0e6a833031e9bbcd3f4e8bde6ca49a4',
  resource: '5cf8f73096256a8f31e491e813e4eb8e',
} as const;

/** Stands for what is known only after something else was created. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
/** The engine's sentinels for unknown values of the other types; all are read as UNKNOWN. */
const SENTINELS: ReadonlySet<string> = new Set([
  UNKNOWN,
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7',
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
]);

/** Properties as the provider works on them: plain JSON, and beside it which paths are secret. Unknown values are UNKNOWN. */
export interface Properties {
  readonly value: JsonObject;
  readonly secrets: readonly Path[];
}

export const NO_PROPERTIES: Properties = { value: {}, secrets: [] };

const DEEPEST = 100;

/**
 * Reads properties from the wire. Secrets are unwrapped and their paths noted (the outermost where they are nested), output values
 * become their value or UNKNOWN, resource references become the id of the resource. (A key `__proto__` does not reach us: the
 * protobuf map drops it.) Throws EngineFailed beyond 100 levels.
 */
export function readStruct(struct: Struct | undefined): Properties {
  if (struct === undefined) return NO_PROPERTIES;
  const secrets: Path[] = [];
  return { value: readFields(struct, [], secrets), secrets };
}

function readFields(struct: Struct, path: Path, secrets: Path[]): JsonObject {
  if (path.length > DEEPEST) throw tooDeep();
  const fields: JsonObject = {};
  struct.getFieldsMap().forEach((field, key) => {
    fields[key] = readValue(field, [...path, key], secrets);
  });
  return fields;
}

function readValue(value: Value, path: Path, secrets: Path[]): JsonValue {
  switch (value.getKindCase()) {
    case Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case Value.KindCase.STRING_VALUE: {
      const words = value.getStringValue();
      return SENTINELS.has(words) ? UNKNOWN : words;
    }
    case Value.KindCase.LIST_VALUE:
      if (path.length > DEEPEST) throw tooDeep();
      return (value.getListValue()?.getValuesList() ?? []).map((item, index) =>
        readValue(item, [...path, index], secrets),
      );
    case Value.KindCase.STRUCT_VALUE: {
      const struct = value.getStructValue();
      return struct === undefined ? {} : readMarked(struct, path, secrets);
    }
    case Value.KindCase.NULL_VALUE:
    case Value.KindCase.KIND_NOT_SET:
      return null;
  }
}

/** A map, or one of the special values that are written as a map. */
function readMarked(struct: Struct, path: Path, secrets: Path[]): JsonValue {
  const fields = struct.getFieldsMap();
  const signature = fields.get(SIGNATURE_KEY)?.getStringValue();
  const inner = fields.get('value');
  switch (signature) {
    case SIGNATURES.secret:
      secrets.push(path);
      // What is nested in a secret is secret as a whole, so its own wrappers need no note.
      return inner === undefined ? null : readValue(inner, path, []);
    case SIGNATURES.output: {
      const secret = fields.get('secret')?.getBoolValue() === true;
      if (secret) secrets.push(path);
      return inner === undefined ? UNKNOWN : readValue(inner, path, secret ? [] : secrets);
    }
    case SIGNATURES.resource: {
      const id = fields.get('id')?.getStringValue() ?? '';
      if (id !== '') return SENTINELS.has(id) ? UNKNOWN : id;
      return fields.has('id') ? UNKNOWN : (fields.get('urn')?.getStringValue() ?? UNKNOWN);
    }
    case undefined:
    default:
      return readFields(struct, path, secrets);
  }
}

function tooDeep(): TestbedError {
  return new TestbedError(
    'EngineFailed',
    text(
      `a property is nested deeper than ${DEEPEST} levels; make the object flatter`,
      `속성이 ${DEEPEST}단계보다 깊게 중첩되어 있습니다. 구조를 더 단순하게 바꾸세요`,
    ),
  );
}

/** A trie of the secret paths: what is below `secret` is wrapped as a whole. */
interface SecretNode {
  secret: boolean;
  readonly below: Map<string | number, SecretNode>;
}

/** Writes properties to the wire; each secret path that exists is wrapped. */
export function writeStruct({ value, secrets }: Properties): Struct {
  const root: SecretNode = { secret: false, below: new Map() };
  for (const path of secrets) {
    let node = root;
    for (const step of path) {
      const next = node.below.get(step) ?? { secret: false, below: new Map() };
      node.below.set(step, next);
      node = next;
    }
    node.secret = true;
  }
  return writeFields(value, root);
}

function writeFields(value: JsonObject, node: SecretNode | undefined): Struct {
  const struct = new Struct();
  const fields = struct.getFieldsMap();
  for (const [key, child] of Object.entries(value)) fields.set(key, writeValue(child, node?.below.get(key)));
  return struct;
}

function writeValue(value: JsonValue, node: SecretNode | undefined): Value {
  const written = new Value();
  if (node?.secret === true) {
    const struct = new Struct();
    const fields = struct.getFieldsMap();
    fields.set(SIGNATURE_KEY, writeValue(SIGNATURES.secret, undefined));
    fields.set('value', writeValue(value, undefined));
    written.setStructValue(struct);
  } else if (value === null) written.setNullValue(NullValue.NULL_VALUE);
  else if (typeof value === 'string') written.setStringValue(value);
  else if (typeof value === 'number') written.setNumberValue(value);
  else if (typeof value === 'boolean') written.setBoolValue(value);
  else if (Array.isArray(value)) {
    const list = new ListValue();
    list.setValuesList(value.map((item, index) => writeValue(item, node?.below.get(index))));
    written.setListValue(list);
  } else written.setStructValue(writeFields(value, node));
  return written;
}

/** Whether something in the value is not known yet. */
export function hasUnknown(value: JsonValue | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (value === undefined || value === null || typeof value !== 'object') return false;
  return (Array.isArray(value) ? value : Object.values(value)).some(hasUnknown);
}
