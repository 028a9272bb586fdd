import { SecretText, UNKNOWN, type Judged, type JudgedObject } from '../evaluation/types';

// How Pulumi writes what JSON has no word for (sdk/nodejs/runtime/rpc.ts and sdk/go/common/resource/properties.go of 3.259).
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';
const RESOURCE = '5cf8f73096256a8f31e491e813e4eb8e';
const OUTPUT = 'd0e6a833031e9bbcd3f4e8bde6ca49a4';

/** In place of a value that is known only after creation; one for each type that it may get. */
const UNKNOWN_VALUES: ReadonlySet<string> = new Set([
  '04da6b54-80e4-46f7-96ec-b56ff0331ba9',
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7',
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
  '030794c1-ac77-496b-92df-f27374a8bd58',
  'e48ece36-62e2-4504-bad9-02848725956a',
]);

/** Deeper than this nothing is decoded; the judgement has its own, lower bound and says so. */
const MAX_DEPTH = 256;

/** A resource's inputs as they go over the wire, as what is judged: unknown values and secrets by their own marks. */
export function decodeProperties(properties: Readonly<Record<string, unknown>>): JudgedObject {
  return decodeMembers(properties, false, 0);
}

function decode(value: unknown, secret: boolean, depth: number): Judged {
  if (depth > MAX_DEPTH) return UNKNOWN;
  if (typeof value === 'string') {
    if (UNKNOWN_VALUES.has(value)) return UNKNOWN;
    return secret ? new SecretText(value) : value;
  }
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map((item: unknown) => decode(item, secret, depth + 1));
  if (typeof value === 'object') return decodeObject(value, secret, depth);
  return UNKNOWN;
}

function decodeObject(value: object, secret: boolean, depth: number): Judged {
  const members = new Map(Object.entries(value));
  switch (members.get(SIGNATURE)) {
    case undefined:
      return decodeMembers(value, secret, depth);
    case SECRET:
      return decode(members.get('value'), true, depth + 1);
    case OUTPUT:
      return members.has('value')
        ? decode(members.get('value'), secret || members.get('secret') === true, depth + 1)
        : UNKNOWN;
    case RESOURCE:
      return decode(members.get('id') ?? '', secret, depth + 1);
    // Assets and archives: their content is not looked into.
    default:
      return UNKNOWN;
  }
}

function decodeMembers(value: object, secret: boolean, depth: number): JudgedObject {
  const decoded = Object.entries(value).map(([key, member]): [string, Judged] => [
    key,
    decode(member, secret, depth + 1),
  ]);
  // fromEntries defines own properties, whatever the key is called.
  return Object.fromEntries(decoded);
}
