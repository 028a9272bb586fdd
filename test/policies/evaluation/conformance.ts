import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js';
import type { Value as SpecValue } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import { double, int, MapValue, type MapKey, type Value } from '../../../policies/evaluation/values';
import { keyFrom } from '../../../policies/evaluation/maps';

/** One test of the specification with its full name, `lists/concatenation/two`. */
export interface SpecTest {
  readonly name: string;
  readonly test: IncrementalTest;
}

/** Tests of one file of the specification. */
export function specTests(file: string): readonly SpecTest[] {
  const suite = getConformanceSuite().suites.find(({ name }) => name === file);
  if (suite === undefined) throw new Error(`the specification has no file ${file}`);
  return testsOf(suite, '');
}

/** What a test expects; undefined where that is a value that the dialect does not have. */
export function expectedOf({
  original: { resultMatcher },
}: IncrementalTest): 'error' | { readonly value: Value } | undefined {
  switch (resultMatcher.case) {
    case undefined:
      return { value: true };
    case 'evalError':
    case 'anyEvalErrors':
      return 'error';
    case 'value':
    case 'typedResult': {
      const value = fromSpec(resultMatcher.case === 'value' ? resultMatcher.value : resultMatcher.value.result);
      return value === undefined ? undefined : { value };
    }
    case 'unknown':
    case 'anyUnknowns':
      return undefined;
  }
}

/** The names that a test binds; undefined where one has a value that the dialect does not have. */
export function bindingsOf({ original: { bindings } }: IncrementalTest): Readonly<Record<string, Value>> | undefined {
  const ours: Record<string, Value> = {};
  for (const [name, { kind }] of Object.entries(bindings)) {
    const value = kind.case === 'value' ? fromSpec(kind.value) : undefined;
    if (value === undefined) return undefined;
    ours[name] = value;
  }
  return ours;
}

function testsOf(suite: IncrementalTestSuite, above: string): SpecTest[] {
  const path = `${above}${suite.name}/`;
  return [
    ...suite.tests.map((test) => ({ name: `${path}${test.name}`, test })),
    ...suite.suites.flatMap((inner) => testsOf(inner, path)),
  ];
}

/** A value of the specification as ours; undefined for uint, bytes, messages and types, which the dialect does not have. */
function fromSpec(value: SpecValue | undefined): Value | undefined {
  const kind = value?.kind;
  switch (kind?.case) {
    case 'nullValue':
      return null;
    case 'boolValue':
    case 'stringValue':
      return kind.value;
    case 'int64Value':
      return int(kind.value);
    case 'doubleValue':
      return double(kind.value);
    case 'listValue': {
      const items = kind.value.values.map(fromSpec);
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case 'mapValue': {
      const members = new Map<MapKey, Value>();
      for (const { key, value: member } of kind.value.entries) {
        const ours = fromSpec(key);
        const name = ours === undefined ? undefined : keyFrom(ours);
        const held = fromSpec(member);
        if (name === undefined || held === undefined) return undefined;
        members.set(name, held);
      }
      return new MapValue(members);
    }
    case undefined:
    case 'uint64Value':
    case 'bytesValue':
    case 'enumValue':
    case 'objectValue':
    case 'typeValue':
      return undefined;
  }
}
