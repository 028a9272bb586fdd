import { text, type Text } from '../errors';
import { isFields } from './json';

/** A path that cannot be read, with the words for whoever wrote it. */
export class JsonPathRefused extends Error {
  override name = 'JsonPathRefused';
  readonly text: Text;

  constructor(words: Text) {
    super(words.en);
    this.text = words;
  }
}

type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'where'; readonly path: readonly Step[]; readonly equal: boolean; readonly value: string };

/** A path into an object: `{.status.conditions[?(@.type=="Ready")].status}`. */
export interface JsonPath {
  readonly source: string;
  readonly steps: readonly Step[];
}

const LONGEST = 512;
const MOST_STEPS = 32;
const MOST_VALUES = 1000;

/**
 * Reads the part of JSONPath that waiting needs: fields (`.a`, `.a\.b`, `['a.b']`), places (`[0]`, `[-1]`), all (`[*]`) and `[?(@.a=="b")]` with == or !=.
 * The braces around it may be left out. Throws JsonPathRefused, which names the place, for what is longer than 512 characters or 32 steps, and for the rest of
 * JSONPath (`..`, slices, unions, `range`).
 */
export function parseJsonPath(source: string): JsonPath {
  if (source.length > LONGEST)
    throw new JsonPathRefused(
      text(
        `a path of ${source.length} characters is too long; the most is ${LONGEST}`,
        `경로가 ${source.length}자로 너무 깁니다. 최대 ${LONGEST}자입니다`,
      ),
    );
  const inner = source.startsWith('{') && source.endsWith('}') ? source.slice(1, -1) : source;
  const bare = inner.startsWith('$') ? inner.slice(1) : inner;
  const steps = stepsOf(bare.startsWith('.') || bare.startsWith('[') ? bare : `.${bare}`, source, true);
  return { source, steps };
}

const FIELD = /^\.((?:[A-Za-z0-9_$-]|\\[.\\])+)/;
const QUOTED = /^\[(?:'([^'\\]*)'|"([^"\\]*)")\]/;
const INDEX = /^\[(-?\d{1,6})\]/;
const ALL = /^(?:\[\*\]|\.\*)/;
const WHERE =
  /^\[\?\(\s*@((?:[^'"()=!\\]|\\[.\\])+?)\s*(==|!=)\s*(?:'([^']*)'|"([^"]*)"|(true|false|-?\d+(?:\.\d+)?))\s*\)\]/;

function stepsOf(path: string, source: string, mayAsk: boolean): Step[] {
  const steps: Step[] = [];
  let rest = path;
  while (rest !== '') {
    if (steps.length >= MOST_STEPS)
      throw new JsonPathRefused(
        text(
          `the path ${source} has more than ${MOST_STEPS} steps`,
          `경로 ${source}의 단계가 ${MOST_STEPS}개를 넘습니다`,
        ),
      );
    const [length, step] = nextStep(rest, source, mayAsk);
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

function nextStep(rest: string, source: string, mayAsk: boolean): readonly [number, Step] {
  const all = ALL.exec(rest);
  if (all !== null) return [all[0].length, { kind: 'all' }];
  const field = FIELD.exec(rest);
  if (field !== null)
    return [field[0].length, { kind: 'field', name: (field[1] ?? '').replaceAll(/\\([.\\])/g, '$1') }];
  const quoted = QUOTED.exec(rest);
  if (quoted !== null) return [quoted[0].length, { kind: 'field', name: quoted[1] ?? quoted[2] ?? '' }];
  const index = INDEX.exec(rest);
  if (index !== null) return [index[0].length, { kind: 'index', index: Number(index[1]) }];
  const where = mayAsk ? WHERE.exec(rest) : null;
  if (where !== null) {
    const [whole, path = '', operator, single, double, bare] = where;
    const value = single ?? double ?? bare ?? '';
    return [
      whole.length,
      { kind: 'where', path: stepsOf(path.trim(), source, false), equal: operator === '==', value },
    ];
  }
  const shown = rest.slice(0, 40);
  throw new JsonPathRefused(
    text(
      `the path ${source} cannot be read at "${shown}"; fields, [0], [*] and [?(@.a=="b")] are known here`,
      `경로 ${source}의 "${shown}" 부분을 해석할 수 없습니다. 필드, [0], [*], [?(@.a=="b")]만 사용할 수 있습니다`,
    ),
  );
}

/** What the path leads to, at most 1000 values; empty when there is nothing. */
export function valuesAt({ steps }: JsonPath, object: unknown): readonly unknown[] {
  return follow(steps, object);
}

function follow(steps: readonly Step[], object: unknown): readonly unknown[] {
  let here: readonly unknown[] = [object];
  for (const step of steps) here = here.flatMap((value) => advance(step, value)).slice(0, MOST_VALUES);
  return here;
}

function advance(step: Step, value: unknown): readonly unknown[] {
  switch (step.kind) {
    case 'field':
      return isFields(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'index': {
      const found: unknown = Array.isArray(value) ? value.at(step.index) : undefined;
      return found === undefined ? [] : [found];
    }
    case 'all':
      return membersOf(value);
    case 'where':
      return membersOf(value).filter((member) => {
        const found = follow(step.path, member).map(wordOf);
        return step.equal ? found.includes(step.value) : !found.includes(step.value);
      });
  }
}

function membersOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.slice(0, MOST_VALUES) as unknown[];
  return isFields(value) ? Object.values(value).slice(0, MOST_VALUES) : [];
}

/** A value as it is compared and shown: words as they are, all else as JSON. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
