import {
  celEnv,
  celMethod,
  CelScalar,
  isCelError,
  listType,
  parse,
  plan,
  type CelInput,
  type CelResult,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../kubernetes/types';
import { readShipped } from '../../../policies/catalogue/shipped';
import { fixtureSubject } from '../../../policies/lint/fixture-judge';

/*
 * Two independent engines over every fixture: verdict and finding, as the rule's file says. What an engine lacks of the API server's functions is listed
 * by rule. @marcbachmann/cel-js is the engine whose parser we use; its evaluator is not ours.
 */
const { compiled, files } = readShipped();

type Names = Readonly<Record<string, CelInput>>;

/** The value of an expression; undefined for an error. */
type Engine = (expression: string) => (names: Names) => CelInput | undefined;

function bufbuild(): Engine {
  const ints = listType(CelScalar.INT);
  const sum = celMethod('sum', ints, [], CelScalar.INT, function () {
    return [...this].reduce<bigint>((total, value) => total + (typeof value === 'bigint' ? value : 0n), 0n);
  });
  const re2 = {
    compile: (pattern: string) => {
      const compiledPattern = RE2JS.compile(pattern);
      return { test: (text: string) => compiledPattern.test(text) };
    },
  };
  const env = celEnv({ funcs: [...strings, sum], re2 });
  return (expression) => {
    const evaluate: (names: Names) => CelResult = plan(env, parse(expression));
    return (names) => {
      const value = evaluate(names);
      return isCelError(value) ? undefined : value;
    };
  };
}

function marcbachmann(): Engine {
  const env = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
  return (expression) => {
    const evaluate = env.parse(expression);
    return (names) => {
      try {
        const value: CelInput = evaluate(names);
        return value;
      } catch {
        return undefined;
      }
    };
  };
}

/** Ints are bigints for both engines, and what is null is absent, as the API server has it. */
function asInput(value: JsonValue): CelInput {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(asInput);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === null ? [] : [[key, asInput(member)]])),
  );
}

function jsonInput(value: unknown): CelInput {
  const json: JsonValue = JSON.parse(JSON.stringify(value));
  return asInput(json);
}

/** The rules of which an engine judges a fixture otherwise than the rule's file says. */
function judgedOtherwise(engine: Engine): readonly string[] {
  const kept = new Map<string, (names: Names) => CelInput | undefined>();
  const evaluate = (expression: string, names: Names): CelInput | undefined => {
    const evaluated = kept.get(expression) ?? engine(expression);
    kept.set(expression, evaluated);
    return evaluated(names);
  };
  return files.flatMap(({ rule, fixtures }) => {
    const wrong = [...fixtures.pass, ...fixtures.fail].some((fixture) => {
      const subject = fixtureSubject(rule, fixture);
      if (subject === undefined) throw new Error('a fixture is no object');
      const { object, objects = [], namespaces = [], params } = subject;
      const roots = {
        object: jsonInput(object),
        objects: jsonInput(objects),
        namespaces: jsonInput(namespaces),
        params: { data: { ...params } },
      };
      const variables: Record<string, CelInput> = {};
      for (const { name, expression } of compiled.variables) {
        const value = evaluate(expression, { ...roots, variables });
        // What has no value for this object is an error for the rule that asks for it.
        if (value !== undefined) variables[name] = value;
      }
      const names = { ...roots, variables };
      return (
        evaluate(rule.expression, names) !== (fixture.finding === undefined) ||
        (fixture.finding !== undefined && evaluate(rule.finding, names) !== fixture.finding)
      );
    });
    return wrong ? [String(rule.id)] : [];
  });
}

/** Functions for addresses are the API server's own. */
const ADDRESSES = ['netpol-block-node-metadata', 'netpol-egress-allowlist', 'netpol-no-allow-all'];

describe('other engines judge every fixture as its rule says', () => {
  it('@bufbuild/cel, but for rules with addresses', () => {
    expect(judgedOtherwise(bufbuild())).toEqual(ADDRESSES);
  });

  it('@marcbachmann/cel-js, but for rules with addresses, sums, and patterns that its own do not take', () => {
    expect(judgedOtherwise(marcbachmann()).toSorted()).toEqual(
      [
        ...ADDRESSES,
        'docker-build-no-secrets',
        'docker-daemon-tls',
        'docker-secret-not-in-clear',
        'pulumi-secret-inputs-marked',
        'secret-not-in-clear',
      ].toSorted(),
    );
  });
});
