import { TestbedError, type TestbedErrorOptions, type Text } from '../../errors';
import { KubernetesCallError, failedWith } from '../../kubernetes/failures';
import type { JsonValue } from '../../kubernetes/types';
import { isSecretKind } from './objects';
import { valueAt, type Path } from './paths';
import { UNKNOWN, type Properties } from './wire';

/** Shorter words are too common to be found without taking other words apart. */
const SHORTEST = 4;

/** Every secret string of the inputs as it stands, and of base64 data what it encodes. */
export function secretWords({ value, secrets }: Properties): ReadonlySet<string> {
  const words = new Set<string>();
  for (const path of secrets)
    forEachWord(valueAt(value, path), (word) => {
      if (word === UNKNOWN) return;
      words.add(word);
      if (path[0] === 'data') words.add(Buffer.from(word, 'base64').toString('utf8'));
    });
  return words;
}

function forEachWord(value: JsonValue | undefined, visit: (word: string) => void): void {
  if (typeof value === 'string') visit(value);
  else if (typeof value === 'number') visit(String(value));
  else if (typeof value === 'object' && value !== null)
    for (const child of Array.isArray(value) ? value : Object.values(value)) forEachWord(child, visit);
}

/** Paths of strings in `value` that are equal to a secret: a server that copies or moves a value must not lay it open. */
export function pathsOfSecrets(value: JsonValue, words: ReadonlySet<string>, path: Path = []): Path[] {
  if (words.size === 0) return [];
  if (typeof value === 'string') return value.length >= SHORTEST && words.has(value) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => pathsOfSecrets(item, words, [...path, index]));
  return Object.entries(value).flatMap(([key, child]) => pathsOfSecrets(child, words, [...path, key]));
}

/** Secret paths of an object's inputs or live fields: those that the program made secret, and all data of a Secret. */
export function secretPathsOf(
  object: { readonly apiVersion: string; readonly kind: string },
  inputs: Properties,
): Path[] {
  const always: Path[] = isSecretKind(object)
    ? [['data'], ['stringData'], ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration']]
    : [];
  return [...always, ...inputs.secrets];
}

/** Cuts secrets out of words that people read. */
export function redact(said: string, words: ReadonlySet<string>): string {
  let safe = said;
  for (const word of [...words].sort((a, b) => b.length - a.length)) {
    if (word.length < SHORTEST) continue;
    for (const written of [word, JSON.stringify(word).slice(1, -1)]) safe = safe.replaceAll(written, '[secret]');
  }
  return safe;
}

/** The same error without the secrets of `words`; the cause goes too, because it may quote them. */
export function redactError(error: unknown, words: ReadonlySet<string>): unknown {
  if (words.size === 0) return error;
  const hide = (said: string): string => redact(said, words);
  const plain = ({ en, ko }: Text): Text => ({ en: hide(en), ko: hide(ko) });
  if (!(error instanceof TestbedError)) return error instanceof Error ? renamed(error, hide) : error;
  const options: TestbedErrorOptions = {
    ...(error.hint === undefined ? {} : { hint: plain(error.hint) }),
    details: error.details.map(plain),
  };
  const failure = failedWith(error);
  if (failure === undefined) return new TestbedError(error.code, plain(error.text), options);
  const causes = failure.causes.map((cause) => ({ ...cause, message: hide(cause.message) }));
  const told = { ...failure, message: hide(failure.message), causes };
  return new KubernetesCallError(error.code, plain(error.text), told, options);
}

function renamed(error: Error, hide: (said: string) => string): Error {
  const safe = new Error(hide(error.message));
  safe.name = error.name;
  return safe;
}
