import { isAbsolute, join } from 'node:path';
import type { Grade } from '../components/vocabulary';
import { TestbedError, text, type Text } from '../errors';
import { loadCatalogue, type Catalogue, type RuleOrigin } from '../policies/catalogue/load';
import { readRuleFile } from '../policies/catalogue/rule-files';
import { loadControlCatalogues } from '../policies/controls/catalogues';
import { findControl } from '../policies/controls/control-index';
import type { Enforcement, Fixture, Mapping, Rule } from '../policies/rule';
import { nearest } from '../spec/nearest';
import { quoted } from '../spec/visible';
import type { Surroundings } from './surroundings';

export type { Rule } from '../policies/rule';

export interface PolicyOptions {
  /** Folder with a site's own rules and baselines, relative to the working directory. */
  readonly rules?: string | undefined;
}

export interface PolicyListOptions extends PolicyOptions {
  /** Only rules that are judged at this grade. */
  readonly grade?: Grade | undefined;
}

/** One line of the catalogue. */
export interface ListedRule {
  readonly id: string;
  readonly topic: string;
  readonly from: RuleOrigin['from'];
  readonly severity: Rule['severity'];
  readonly enforcement: Readonly<Record<Grade, Enforcement>>;
  readonly scope: Rule['scope'];
  readonly points: Rule['points'];
  readonly title: Text;
}

export interface PolicyListResult {
  readonly rules: readonly ListedRule[];
  /** How many of them are enforced how; `off` is not judged. */
  readonly counts: Readonly<Record<Grade, Readonly<Record<Enforcement, number>>>>;
}

/** The rules that hold at a site. Throws RuleInvalid. */
export function policyList(options: PolicyListOptions, surroundings: Surroundings): PolicyListResult {
  const catalogue = openCatalogue(options, surroundings);
  const { grade } = options;
  const rules = catalogue.rules.filter(({ enforcement }) => grade === undefined || enforcement[grade] !== 'off');
  return {
    rules: rules.map(({ id, severity, enforcement, scope, points, title }) => ({
      id,
      ...originOf(catalogue, id),
      severity,
      enforcement,
      scope,
      points,
      title,
    })),
    counts: { open: countsAt(rules, 'open'), sensitive: countsAt(rules, 'sensitive') },
  };
}

export interface PolicyShowOptions extends PolicyOptions {
  readonly rule: string;
}

/** A mapping with the name of its control. */
export interface ShownMapping extends Mapping {
  readonly name: Text;
  /** N2SF: the grades that require the control. */
  readonly grades?: string;
}

export interface PolicyShowResult {
  readonly rule: Omit<Rule, 'mappings'>;
  readonly topic: string;
  readonly from: RuleOrigin['from'];
  readonly file: string;
  readonly mappings: readonly ShownMapping[];
  /** The rule's params with their values at each grade. */
  readonly params: readonly { readonly key: string; readonly values: Readonly<Record<Grade, string>> }[];
  readonly fixtures: { readonly pass: readonly Fixture[]; readonly fail: readonly Fixture[] };
}

/** Everything about one rule. Throws UsageWrong for an id that no rule has, RuleInvalid. */
export function policyShow(options: PolicyShowOptions, surroundings: Surroundings): PolicyShowResult {
  const catalogue = openCatalogue(options, surroundings);
  const rule = requireRule(catalogue, options.rule);
  const controls = loadControlCatalogues();
  const { mappings, ...rest } = rule;
  const origin = catalogue.origins.get(rule.id);
  return {
    rule: rest,
    ...originOf(catalogue, rule.id),
    file: origin?.file ?? '',
    mappings: mappings.map((mapping) => {
      const control = findControl(controls, mapping);
      return {
        ...mapping,
        name: control?.name ?? text('', ''),
        ...(control?.grades === undefined ? {} : { grades: control.grades }),
      };
    }),
    params: rule.params.map(({ name }) => {
      const key = `${rule.id}.${name}`;
      return {
        key,
        values: { open: catalogue.params.open[key] ?? '', sensitive: catalogue.params.sensitive[key] ?? '' },
      };
    }),
    fixtures: readRuleFile(catalogue, rule).fixtures,
  };
}

/** The catalogue with the rules of the folder that a call names. */
export function openCatalogue({ rules }: PolicyOptions, surroundings: Surroundings): Catalogue {
  return loadCatalogue({ siteFolder: rulesFolder(rules, surroundings) });
}

export function rulesFolder(rules: string | undefined, { cwd }: Surroundings): string | undefined {
  return rules === undefined || isAbsolute(rules) ? rules : join(cwd, rules);
}

/** The rule that a person named. Throws UsageWrong. */
export function requireRule(catalogue: Pick<Catalogue, 'rules'>, id: string): Rule {
  const rule = catalogue.rules.find((known) => known.id === id);
  if (rule !== undefined) return rule;
  const ids = catalogue.rules.map((known) => known.id);
  const guess = nearest(id, ids);
  throw new TestbedError(
    'UsageWrong',
    guess === undefined
      ? text(`there is no rule ${quoted(id)}`, `그런 규칙이 없습니다(${quoted(id)})`)
      : text(
          `there is no rule ${quoted(id)}: did you mean '${guess}'?`,
          `그런 규칙이 없습니다(${quoted(id)}). 혹시 '${guess}'입니까?`,
        ),
    { hint: text('testbed policy list', 'testbed policy list') },
  );
}

function originOf(catalogue: Catalogue, id: Rule['id']): Pick<RuleOrigin, 'topic' | 'from'> {
  const origin = catalogue.origins.get(id);
  return { topic: origin?.topic ?? '', from: origin?.from ?? 'shipped' };
}

function countsAt(rules: readonly Rule[], grade: Grade): Record<Enforcement, number> {
  const count = (enforcement: Enforcement): number =>
    rules.filter((rule) => rule.enforcement[grade] === enforcement).length;
  return { mandatory: count('mandatory'), advisory: count('advisory'), off: count('off') };
}
