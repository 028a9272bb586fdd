import { text, type Text } from '../../errors';
import { awaitedReadiness, parseAwaited } from '../../kubernetes/awaited';
import { JsonPathRefused } from '../../kubernetes/json-path';
import { readiness, type Readiness } from '../../kubernetes/readiness';
import type { JsonObject, KubernetesObject } from '../../kubernetes/types';
import { isSecretKind, mapAt, wordAt } from './objects';
import type { TypeName } from './type-token';
import { UNKNOWN } from './wire';

/*
 * What a program says about waiting, in the vendor's annotations:
 * skipAwait "true": its readiness is not waited for (its end always is, or the next run would not know what is left);
 * timeoutSeconds: how long, where the resource has no custom timeout;
 * waitFor: what it has to have instead of what its kind means by ready.
 */
const SKIP_AWAIT = 'pulumi.com/skipAwait';
const TIMEOUT_SECONDS = 'pulumi.com/timeoutSeconds';
const WAIT_FOR = 'pulumi.com/waitFor';

/** Wishes to the vendor's provider that would be passed over here in silence. */
const UNSERVED = ['pulumi.com/patchForce', 'pulumi.com/replaceUnready'] as const;

/** A day: no annotation may hold a worker longer. */
export const LONGEST_SECONDS = 86_400;

export function skipsWait(inputs: JsonObject): boolean {
  return wordAt(inputs, 'metadata', 'annotations', SKIP_AWAIT)?.toLowerCase() === 'true';
}

/** Seconds that the program gives the object; undefined where it says nothing that can be used. */
export function annotatedSeconds(inputs: JsonObject): number | undefined {
  const written = wordAt(inputs, 'metadata', 'annotations', TIMEOUT_SECONDS);
  return written === undefined ? undefined : secondsIn(written);
}

function secondsIn(written: string): number | undefined {
  const seconds = /^\d{1,6}(?:\.\d{1,6})?$/.test(written) ? Number(written) : 0;
  return seconds > 0 && seconds <= LONGEST_SECONDS ? seconds : undefined;
}

/** Tells when an object is ready: by what the program asks for, else by its kind. */
export function judgeFor(inputs: JsonObject): (object: KubernetesObject) => Readiness {
  const written = wordAt(inputs, 'metadata', 'annotations', WAIT_FOR);
  if (written === undefined) return readiness;
  // Checked inputs: it can be read.
  const awaited = parseAwaited(written);
  return (object) => awaitedReadiness(awaited, object);
}

/** What is wrong with the annotations about waiting, by their key. */
export function annotationMistakes(
  metadata: JsonObject,
  type: TypeName,
): readonly { readonly key: string; readonly reason: Text }[] {
  const annotations = mapAt(metadata, 'annotations');
  const mistakes: { key: string; reason: Text }[] = UNSERVED.filter((key) => annotations[key] !== undefined).map(
    (key) => ({
      key,
      reason: text(
        `the embedded provider does not know the annotation ${key}; leave it out, or run with --provider vendor`,
        `내장 프로바이더는 주석 ${key}을(를) 지원하지 않습니다. 빼거나 --provider vendor로 실행하세요`,
      ),
    }),
  );
  const written = (key: string): string | undefined => {
    const value = annotations[key];
    return typeof value === 'string' && value !== UNKNOWN ? value : undefined;
  };
  const skip = written(SKIP_AWAIT);
  if (skip !== undefined && !/^(?:true|false)$/i.test(skip))
    mistakes.push({
      key: SKIP_AWAIT,
      reason: text(`"${skip}" must be "true" or "false"`, `"${skip}"은(는) "true" 또는 "false"여야 합니다`),
    });
  const seconds = written(TIMEOUT_SECONDS);
  if (seconds !== undefined && secondsIn(seconds) === undefined)
    mistakes.push({
      key: TIMEOUT_SECONDS,
      reason: text(
        `"${seconds}" must be a number of seconds, more than 0 and at most ${LONGEST_SECONDS}`,
        `"${seconds}"은(는) 0보다 크고 ${LONGEST_SECONDS} 이하인 초 단위 숫자여야 합니다`,
      ),
    });
  const awaited = written(WAIT_FOR);
  if (awaited !== undefined) mistakes.push(...mistakesIn(awaited, type).map((reason) => ({ key: WAIT_FOR, reason })));
  return mistakes;
}

function mistakesIn(awaited: string, type: TypeName): readonly Text[] {
  if (isSecretKind(type))
    return [
      text(
        'a Secret is never read here, so nothing in it can be waited for; leave the annotation out',
        '내장 프로바이더는 Secret을 읽지 않으므로 그 내용을 기다릴 수 없습니다. 주석을 빼세요',
      ),
    ];
  try {
    parseAwaited(awaited);
    return [];
  } catch (error) {
    if (error instanceof JsonPathRefused) return [error.text];
    throw error;
  }
}
