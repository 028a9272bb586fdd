import { text } from '../errors';
import { NOT_SEEN } from './condition-readiness';
import { isObserved } from './conditions';
import { JsonPathRefused, parseJsonPath, valuesAt, wordOf, type JsonPath } from './json-path';
import { listAt, numberAt, stringAt } from './json';
import { READY, failed, waiting, type Readiness } from './readiness-state';
import type { KubernetesObject } from './types';
import { plainWords } from './wording';

/** What a program says that an object has to have before it counts as ready. */
type Awaited =
  | { readonly kind: 'condition'; readonly type: string; readonly status: string }
  | { readonly kind: 'path'; readonly path: JsonPath; readonly value: string | undefined };

const LONGEST = 4096;
const MOST = 20;

/**
 * Reads `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}`, `jsonpath={.status.phase}=Running`, or a JSON list of them, all of which must hold.
 * Throws JsonPathRefused for anything else, beyond 4096 characters or 20 of them.
 */
export function parseAwaited(written: string): readonly Awaited[] {
  if (written.length > LONGEST)
    throw new JsonPathRefused(text(`it is longer than ${LONGEST} characters`, `${LONGEST}자보다 깁니다`));
  const words = written.trimStart().startsWith('[') ? listOf(written) : [written];
  if (words.length === 0 || words.length > MOST)
    throw new JsonPathRefused(
      text(
        `it must list 1 to ${MOST} expressions, not ${words.length}`,
        `표현식은 1~${MOST}개여야 합니다 (현재 ${words.length}개)`,
      ),
    );
  return words.map(one);
}

function listOf(written: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(written);
    if (Array.isArray(parsed) && parsed.every((item): item is string => typeof item === 'string')) return parsed;
  } catch {
    // Told below: the parser's own words would only name a position.
  }
  throw new JsonPathRefused(
    text('it begins with "[" but is not a JSON list of strings', '"["로 시작하지만 문자열의 JSON 목록이 아닙니다'),
  );
}

function one(words: string): Awaited {
  const condition = /^condition=([A-Za-z0-9_./-]{1,316})(?:=(\w{1,20}))?$/.exec(words);
  if (condition !== null) return { kind: 'condition', type: condition[1] ?? '', status: condition[2] ?? 'True' };
  // The value begins behind the closing brace, or where there is none at the first "=" that stands outside of [].
  const path =
    /^jsonpath=(\{(?:[^'"{}]|'[^']*'|"[^"]*")*\}|(?:[^'"{}[\]=]|\[(?:[^'"\]]|'[^']*'|"[^"]*")*\])+)(?:=(.*))?$/s.exec(
      words,
    );
  if (path !== null) return { kind: 'path', path: parseJsonPath(path[1] ?? ''), value: path[2] };
  const shown = plainWords(words).slice(0, 100);
  throw new JsonPathRefused(
    text(
      `"${shown}" must look like condition=Ready, jsonpath={.status.phase} or jsonpath={.status.phase}=Running`,
      `"${shown}"은(는) condition=Ready, jsonpath={.status.phase} 또는 jsonpath={.status.phase}=Running 형식이어야 합니다`,
    ),
  );
}

/** Whether the object has all of it; the first that is missing is the reason. */
export function awaitedReadiness(awaited: readonly Awaited[], object: KubernetesObject): Readiness {
  if (object.metadata.deletionTimestamp !== undefined) return failed(text('it is being deleted', '삭제되는 중입니다'));
  if (!isObserved(object)) return waiting(NOT_SEEN);
  for (const requirement of awaited) {
    const state = requirement.kind === 'condition' ? condition(requirement, object) : value(requirement, object);
    if (state.state !== 'ready') return state;
  }
  return READY;
}

function condition(
  { type, status }: { readonly type: string; readonly status: string },
  object: KubernetesObject,
): Readiness {
  const found = listAt(object, 'status', 'conditions').find(
    (entry) => stringAt(entry, 'type')?.toLowerCase() === type.toLowerCase(),
  );
  if (found === undefined) return waiting(text(`it has no condition ${type} yet`, `아직 조건 ${type}이(가) 없습니다`));
  const seen = numberAt(found, 'observedGeneration');
  if (seen !== undefined && object.metadata.generation !== undefined && seen < object.metadata.generation)
    return waiting(NOT_SEEN);
  const now = plainWords(stringAt(found, 'status') ?? '');
  if (now.toLowerCase() === status.toLowerCase()) return READY;
  const words = [stringAt(found, 'reason'), stringAt(found, 'message')]
    .map((part) => plainWords(part ?? ''))
    .filter((part) => part !== '')
    .join(': ');
  return waiting(
    text(
      `its condition ${type} is ${now}, not ${status}${words && `: ${words}`}`,
      `조건 ${type}의 값이 ${status}이(가) 아니라 ${now}입니다${words && `: ${words}`}`,
    ),
  );
}

function value(
  { path, value: wanted }: { readonly path: JsonPath; readonly value: string | undefined },
  object: KubernetesObject,
): Readiness {
  const found = valuesAt(path, object).map(wordOf);
  if (found.length === 0) return waiting(text(`it has no ${path.source} yet`, `아직 ${path.source} 값이 없습니다`));
  const other = wanted === undefined ? undefined : found.find((now) => now !== wanted);
  if (other === undefined) return READY;
  const shown = plainWords(other).slice(0, 200);
  return waiting(
    text(
      `its ${path.source} is "${shown}", not "${wanted}"`,
      `${path.source} 값이 "${wanted}"이(가) 아니라 "${shown}"입니다`,
    ),
  );
}
