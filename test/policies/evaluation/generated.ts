import fc from 'fast-check';
import type { JsonObject } from '../../../kubernetes/types';

/** Objects with the fields that generated expressions name; each may be missing or of another type. */
export const generatedSpec: fc.Arbitrary<JsonObject> = fc.record(
  {
    a: fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom('', 'a', 'ab'),
      fc.boolean(),
      fc.constantFrom(0.5, 1.5),
    ),
    b: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('a', 'b')),
    flag: fc.boolean(),
    list: fc.array(fc.oneof(fc.integer({ min: -2, max: 3 }), fc.constantFrom('a', 'b'), fc.boolean()), {
      maxLength: 3,
    }),
    items: fc.array(
      fc.record(
        { name: fc.constantFrom('a', 'b', 'c'), flag: fc.boolean(), size: fc.integer({ min: 0, max: 3 }) },
        { requiredKeys: ['name'] },
      ),
      { maxLength: 3 },
    ),
    map: fc.dictionary(fc.constantFrom('a', 'b', 'flag'), fc.integer({ min: 0, max: 2 }), { maxKeys: 3 }),
  },
  { requiredKeys: [] },
);

const FIELDS = ['a', 'b', 'flag', 'list', 'items', 'map'];

/**
 * Bool expressions over `object.spec`. Literals are wrapped in dyn(), so that no compiler which knows their types refuses what is an error at run time.
 * `depth` bounds the nesting.
 */
export const generatedExpression = (depth: number): fc.Arbitrary<string> => bool(depth, []);

/** Index operators for an engine that does not get them wrong. */
const INDEX = /\[object\.|\]\[|\)\[|[a-z0-9]\[/;
export const indexes = (expression: string): boolean => INDEX.test(expression.replaceAll('dyn([', '('));

type Names = readonly string[];

function bool(depth: number, names: Names): fc.Arbitrary<string> {
  const leaf = fc.oneof(
    fc.constantFrom('true', 'false', 'object.spec.flag'),
    path(names).map((one) => one),
    fc.constantFrom(...FIELDS).map((field) => `has(object.spec.${field})`),
    ...names.map((name) => fc.constantFrom(`has(${name}.flag)`, `${name}.flag`, `has(${name}.size)`)),
  );
  if (depth <= 0) return leaf;
  const sub = bool(depth - 1, names);
  const some = value(depth - 1, names);
  const variable = `v${names.length}`;
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 4, arbitrary: fc.tuple(sub, fc.constantFrom('&&', '||'), sub).map(([l, o, r]) => `(${l} ${o} ${r})`) },
    { weight: 1, arbitrary: sub.map((one) => `!(${one})`) },
    { weight: 1, arbitrary: fc.tuple(sub, sub, sub).map(([c, t, e]) => `(${c} ? ${t} : ${e})`) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(some, fc.constantFrom('==', '!=', '<', '<=', '>', '>=', 'in'), some)
        .map(([l, o, r]) => `(${l} ${o} ${r})`),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          value(depth - 1, names),
          fc.constantFrom('all', 'exists', 'exists_one'),
          bool(depth - 1, [...names, variable]),
        )
        .map(([over, macro, predicate]) => `${over}.${macro}(${variable}, ${predicate})`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(some, fc.constantFrom('startsWith', 'endsWith', 'contains'), some)
        .map(([t, f, s]) => `${t}.${f}(${s})`),
    },
  );
}

function path(names: Names): fc.Arbitrary<string> {
  return fc.constantFrom(
    ...FIELDS.map((field) => `object.spec.${field}`),
    ...names,
    ...names.map((name) => `${name}.name`),
  );
}

function value(depth: number, names: Names): fc.Arbitrary<string> {
  const literal = fc.constantFrom(
    'dyn(0)',
    'dyn(1)',
    'dyn(2)',
    'dyn(-1)',
    'dyn(1.5)',
    "dyn('a')",
    "dyn('b')",
    "dyn('')",
    'dyn(true)',
    'dyn([])',
  );
  const leaf = fc.oneof({ weight: 3, arbitrary: path(names) }, literal);
  if (depth <= 0) return leaf;
  const sub = value(depth - 1, names);
  const variable = `v${names.length}`;
  const inner = [...names, variable];
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.tuple(sub, fc.constantFrom('+', '-', '*', '/', '%'), sub).map(([l, o, r]) => `(${l} ${o} ${r})`),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(sub, { maxLength: 3 })
        .map((items) => `dyn([${items.map((item) => `dyn(${item})`).join(', ')}])`),
    },
    { weight: 1, arbitrary: fc.tuple(sub, sub).map(([of, at]) => `${of}[${at}]`) },
    { weight: 1, arbitrary: sub.map((of) => `dyn(size(${of}))`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(sub, bool(depth - 1, inner))
        .map(([over, predicate]) => `dyn(${over}.filter(${variable}, ${predicate}))`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(sub, value(depth - 1, inner))
        .map(([over, to]) => `dyn(${over}.map(${variable}, dyn(${to})))`),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(bool(depth - 1, names), sub, sub).map(([c, t, e]) => `(${c} ? dyn(${t}) : dyn(${e}))`),
    },
  );
}
