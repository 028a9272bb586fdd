import { randomBytes } from 'node:crypto';
import { keyFor, seal, sealedKey, unseal } from './sealing';

/*
 * How the secrets of a state are encrypted: by a random key of that state, which the state itself holds, sealed by the stack's data
 * key. To the CLI this is a "cloud" secrets provider that keeps its key in a transit service; the service is ours (key-service.ts) and
 * exists only while an operation runs. The CLI's passphrase would do the same, but stretches a key that is random already by a million
 * rounds of PBKDF2, at every start.
 */
const KEY_BYTES = 32;
const PREFIX = 'testbed:v1:';
const PURPOSE = 'testbed state key 1';

/** The `secrets_providers` of a new state, as the CLI records it. */
export function newStateKey(stack: string, dataKey: string): { type: 'cloud'; state: CloudState } {
  const sealed = seal(randomBytes(KEY_BYTES), keyFor(PURPOSE, dataKey), stack);
  const ciphertext = PREFIX + Buffer.from(JSON.stringify(sealed)).toString('base64');
  return { type: 'cloud', state: { url: urlOf(stack), encryptedkey: Buffer.from(ciphertext).toString('base64') } };
}

interface CloudState {
  readonly url: string;
  readonly encryptedkey: string;
}

/** What the CLI will ask to be opened. Throws for a state whose key lies with another service. */
export function ciphertextOf(stack: string, { url, encryptedkey }: CloudState): string {
  if (url !== urlOf(stack)) throw new Error(`its secrets are kept by ${url.slice(0, 100)}, not by this site`);
  return Buffer.from(encryptedkey, 'base64').toString('utf8');
}

/** The state's key. Throws when the data key is not the one that sealed it. */
export function openStateKey(stack: string, dataKey: string, ciphertext: string): Buffer {
  if (!ciphertext.startsWith(PREFIX)) throw new Error('its key is not in a form that this version knows');
  const sealed = sealedKey.parse(JSON.parse(Buffer.from(ciphertext.slice(PREFIX.length), 'base64').toString('utf8')));
  try {
    return unseal(sealed, keyFor(PURPOSE, dataKey), stack);
  } catch (cause) {
    throw new Error('the key of its secrets cannot be opened: the data key of the stack is another one', { cause });
  }
}

function urlOf(stack: string): string {
  return `hashivault://${stack}`;
}
