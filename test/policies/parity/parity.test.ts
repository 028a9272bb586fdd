import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../kubernetes/types';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { readShipped } from '../../../policies/catalogue/shipped';
import { createEvaluator, type Judgement } from '../../../policies/evaluation';
import { looksAt } from '../../../policies/lint/fixtures';
import { fixtureSubject } from '../../../policies/lint/fixture-judge';
import type { Fixture, Rule } from '../../../policies/rule';
import { openAdmissionOracle, type AdmissionOracle } from '../../support/admission-oracle';
import { podSecurityFixtures } from '../../support/pod-security';
import { furtherCases } from '../mutants/further';
import { changedObject, generatedChanges } from './changes';
import { isJsonObject } from './places';
import { vocabularyOf } from './vocabulary';

/*
 * One verdict wherever a rule is judged. Fixtures are changed at random, as people write things: members left out, null, empty or zero, items twice or
 * in another order, values and members of other fixtures, amounts as numbers and as text. The real API server judges what comes of that by the
 * policies of the catalogue, and our evaluator judges it twice: as it was written, and as the server completed it.
 */
const RUNS = Number(process.env['TESTBED_PROPERTY_RUNS'] ?? 300);
/** The same changes on every `npm test`; others where more of them are asked for. */
const SEED = process.env['TESTBED_PROPERTY_RUNS'] === undefined ? 20_261_123 : undefined;

const catalogue = loadCatalogue();
const evaluator = createEvaluator({ variables: catalogue.variables });
const rules = readShipped().files.filter(
  ({ rule }) => !rule.operations.includes('CONNECT') && rule.match.every(({ type }) => type === 'kind'),
);
const atAdmission = (rule: Rule): boolean => rule.points.includes('admission');

/** An object of a fixture, to be changed. */
interface Start {
  readonly rule: Rule;
  readonly params: Fixture['params'];
  readonly object: JsonObject;
  /** The fixture with another object in its place. */
  readonly with: (object: JsonObject) => Fixture;
}

/** By rule, so that one with many fixtures is not changed more often than others. */
const starts = rules.map(({ rule, fixtures }) =>
  [...fixtures.pass, ...fixtures.fail].flatMap((fixture): Start[] => [
    { rule, params: fixture.params, object: asJson(fixture.object), with: (object) => ({ ...fixture, object }) },
    ...(fixture.objects ?? []).map((beside, index, objects) => ({
      rule,
      params: fixture.params,
      object: asJson(beside),
      with: (object: JsonObject) => ({ ...fixture, objects: objects.with(index, object) }),
    })),
  ]),
);
const vocabulary = vocabularyOf([
  ...starts.flat().map(({ object }) => object),
  ...podSecurityFixtures().map(({ pod }) => asJson(pod)),
]);

/** Places in `starts`, which print shorter than what stands there. */
const generatedStart = fc
  .constantFrom(...starts.keys())
  .chain((rule) => fc.tuple(fc.constant(rule), fc.nat((starts[rule]?.length ?? 1) - 1)));

const further = furtherCases().filter(({ rule }) =>
  rules.some(({ rule: known }) => known.id === rule && atAdmission(known)),
);

let oracle: AdmissionOracle;
beforeAll(async () => {
  const sets = [...starts.flat().map(({ params }) => params), ...further.map(({ fixture }) => fixture.params)];
  const params = sets.filter((set) => set !== undefined);
  oracle = await openAdmissionOracle({ catalogue, params });
});
afterAll(() => oracle.close());

function asJson(value: unknown): JsonObject {
  const json: JsonValue = JSON.parse(JSON.stringify(value));
  if (!isJsonObject(json)) throw new Error('a fixture is no object');
  return json;
}

/** The rules that an object is judged by: with params of one rule only that one. */
function rulesFor({ rule, params, object }: Start): readonly Rule[] {
  if (params !== undefined || rule.scope !== 'object') return [rule];
  return rules.map((one) => one.rule).filter((other) => other.scope === 'object' && looksAt(other, object));
}

function judged(rule: Rule, fixture: Fixture): Judgement {
  const subject = fixtureSubject(rule, fixture);
  if (subject === undefined) throw new Error('no object');
  const params = { ...catalogue.params.sensitive, ...fixture.params };
  const [judgement] = evaluator.judge([rule], { ...subject, params });
  if (judgement === undefined) throw new Error('no judgement');
  return judgement;
}

function said({ verdict, finding, reason }: Judgement): string {
  return `${verdict}: ${finding ?? reason ?? ''}`;
}

/**
 * Whether the API server says what we say. What is found in a map comes in no particular order there, ours takes spaces around it away, and
 * warnings of more than 4 KiB in all are cut, each of them.
 */
function saysTheSame({ verdict, finding = '' }: Judgement, theirs: string | undefined): boolean {
  if (theirs === undefined || verdict !== 'fail') return theirs === undefined && verdict === 'pass';
  const parts = (text: string): string => text.trim().split('; ').toSorted().join('; ');
  return parts(finding) === parts(theirs) || (theirs.length > CUT && finding.startsWith(theirs));
}

/** Of 256 characters that are left of a warning most are the finding. */
const CUT = 100;

interface Compared {
  /** How many rules the object fails on the API server. */
  readonly failures: number;
  readonly differing: readonly string[];
}

/** Where the three differ; undefined for an object that the server does not take. */
async function differences(start: Start, object: JsonObject): Promise<Compared | undefined> {
  const asked = await oracle.ask(object, start.params);
  if (asked.refused !== undefined || asked.made === undefined) return undefined;
  const { sent, made, verdicts } = asked;
  const known = rulesFor(start);
  const ids = new Set(rules.map(({ rule }) => String(rule.id)));
  const differing = [
    ...[...verdicts].flatMap(([id, text]) => (ids.has(id) ? [] : [`the API server says ${id}: ${text}`])),
    ...known.flatMap((rule): string[] => {
      const raw = judged(rule, start.with(sent));
      const completed = judged(rule, start.with(made));
      const theirs = verdicts.get(rule.id);
      const server = theirs === undefined ? 'pass' : `fail: ${theirs}`;
      const same = raw.verdict === completed.verdict && (!atAdmission(rule) || saysTheSame(completed, theirs));
      return same
        ? []
        : [`${rule.id}: as written ${said(raw)}; as completed ${said(completed)}; on the API server ${server}`];
    }),
  ];
  return { failures: verdicts.size, differing };
}

describe('changed fixtures', () => {
  it(`${RUNS} of them are judged alike as written, as completed and by the API server`, async () => {
    let taken = 0;
    let failures = 0;
    await fc.assert(
      fc.asyncProperty(generatedStart, generatedChanges, async ([rule, index], changes) => {
        const start = starts[rule]?.[index];
        if (start === undefined) throw new Error('no fixture');
        const object = changedObject(start.object, changes, vocabulary);
        const found = await differences(start, object);
        if (found === undefined) return;
        taken++;
        failures += found.failures;
        expect({ object, differing: found.differing }).toEqual({ object, differing: [] });
      }),
      { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: SEED }) },
    );
    // What the server does not take as an object says nothing.
    expect(taken).toBeGreaterThan(RUNS * 0.5);
    expect(failures).toBeGreaterThan(RUNS * 0.5);
  }, 600_000);
});

describe('what rules are held to beside their fixtures', () => {
  it('is judged so by the API server, as far as that takes the objects', async () => {
    const wrong: string[] = [];
    const invalid: string[] = [];
    for (const { rule, verdict, fixture } of further) {
      const name = `${rule}: ${fixture.name}`;
      const asked = await oracle.ask(fixture.object, fixture.params);
      if (asked.refused !== undefined) invalid.push(name);
      else if (asked.verdicts.has(rule) !== (verdict === 'fail')) wrong.push(name);
    }
    expect(wrong).toEqual([]);
    expect(invalid.toSorted()).toEqual([
      "ns-psa-enforce: fails with 'v1.34-x'",
      "ns-psa-enforce: fails with 'x-v1.34'",
      "pod-apparmor-not-unconfined: fails with 'runtime/default2'",
      'pod-no-privileged: a controller without a template',
      'pod-no-privileged: a pod without containers',
      'pod-no-privileged: a template without a pod',
      'pod-no-privileged: an ephemeral container, which comes by its own sub-resource only',
      'testbed-no-real-personal-data: an object without metadata, whose name Pulumi makes',
    ]);
  });
});
