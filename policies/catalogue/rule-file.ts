import type { Fixture, Param, Rule, RuleId } from '../rule';
import type { CatalogueDocument, Place } from './document';
import { readMatch } from './kinds';
import { paramText, type ParamValue } from './params';
import type { RuleDocument } from './rule-schema';

/** The fixtures of a rule; read only where they are needed. */
export interface Fixtures {
  readonly pass: readonly Fixture[];
  readonly fail: readonly (Fixture & { readonly finding: string })[];
}

/** A rule with everything that its file says beside it. */
export interface RuleFile {
  readonly rule: Rule;
  readonly fixtures: Fixtures;
  /** Name of the folder that the file stands in: `workload`. */
  readonly topic: string;
  /** As it is shown. */
  readonly file: string;
  readonly at: (path: readonly PropertyKey[]) => Place;
}

/** The rule of a file that fits its schema. */
export function ruleFile(document: CatalogueDocument<RuleDocument>, topic: string): RuleFile {
  const { fixtures, ...written } = document.value;
  return {
    rule: ruleOf(written),
    fixtures: {
      pass: fixtures.pass.map((fixture) => fixtureOf(fixture, written.id)),
      fail: fixtures.fail.map((fixture) => ({ ...fixtureOf(fixture, written.id), finding: fixture.finding })),
    },
    topic,
    file: document.file,
    at: document.at,
  };
}

function ruleOf(written: Omit<RuleDocument, 'fixtures'>): Rule {
  const { id, scope, points, title, message, severity, enforcement, mappings, since, uncertain } = written;
  return {
    id: asRuleId(id),
    scope,
    points,
    title,
    message,
    severity,
    enforcement,
    match: written.match.flatMap((word) => {
      const read = readMatch(word);
      return read.ok ? read.matched : [];
    }),
    operations: written.operations ?? ['CREATE', 'UPDATE'],
    params: Object.entries(written.params ?? {}).map(([name, param]): Param => ({
      name,
      type: param.type,
      default: paramText(param.default),
      description: param.description,
    })),
    // YAML leaves a line feed at the end of a block; what is used everywhere is the text without it.
    expression: written.expression.trim(),
    finding: written.finding.trim(),
    exemptible: written.exemptible ?? true,
    since,
    mappings,
    ...(uncertain === undefined ? {} : { uncertain }),
  };
}

/** The one place where a text becomes a RuleId: after the schema has looked at it. */
export function asRuleId(id: string): RuleId {
  return id as RuleId;
}

type WrittenFixture = RuleDocument['fixtures']['pass'][number];

function fixtureOf({ name, object, objects, params }: WrittenFixture, rule: string): Fixture {
  return {
    name,
    // The reader makes mappings without a prototype; judged objects are ordinary ones.
    object: structuredClone(object),
    ...(objects === undefined ? {} : { objects: structuredClone(objects) }),
    ...(params === undefined ? {} : { params: fullKeys(params, rule) }),
  };
}

/** Params by full key; a fixture may leave the rule's own id out. */
function fullKeys(params: Readonly<Record<string, ParamValue>>, rule: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [key.includes('.') ? key : `${rule}.${key}`, paramText(value)]),
  );
}
