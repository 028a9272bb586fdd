import { isAbsolute, join } from 'node:path';
import { NODE_REGISTRY, type Grade } from '../../components/vocabulary';
import { text } from '../../errors';
import { quoted } from '../../spec/visible';
import type { Rule, RuleId, SharedVariable } from '../rule';
import { resolveBaselines, sitePrefix, type Baseline, type BaselineSource } from './baselines';
import { readCompiled, type CompiledCatalogue } from './compiled';
import { readRuleFolder, type RuleFolder } from './folder';
import { ruleInvalid, type RuleIssue } from './issue';
import { SHIPPED_RULES } from './places';
import { readShipped, shippedBaselines } from './shipped';

/** All rules that hold at a site, ours and its own. */
export interface Catalogue {
  /**
   * By id. `enforcement` is that of the baseline in force at each grade, so that nobody needs to look at baselines to judge.
   */
  readonly rules: readonly Rule[];
  readonly variables: readonly SharedVariable[];
  /** Every parameter by full key, with the values of the baseline in force at each grade. */
  readonly params: Readonly<Record<Grade, Readonly<Record<string, string>>>>;
  readonly baselines: ReadonlyMap<string, Baseline>;
  /** The topic of each rule, the folder that its file stands in, and whose rule it is. */
  readonly origins: ReadonlyMap<RuleId, RuleOrigin>;
}

export interface RuleOrigin {
  readonly topic: string;
  readonly from: 'shipped' | 'site';
  /** The file of the rule, as it is shown. */
  readonly file: string;
}

export interface CatalogueOptions {
  /** Absolute path of a site's own rules (`<topic>/<rule>.yaml`, ids begin with `site-`) and baselines (`baselines/<name>.yaml`). */
  readonly siteFolder?: string | undefined;
  /** For a cluster whose own node brings the platform's images: they may be named too, beside what the site's registries have. */
  readonly nodeImages?: boolean;
}

/**
 * The catalogue: the shipped rules (from the built form where there is one) and a site's own. Fixtures are not loaded.
 * Throws RuleInvalid with every problem of every file.
 */
export function loadCatalogue(options: CatalogueOptions = {}): Catalogue {
  const shipped = readCompiled() ?? shippedFromFiles();
  const site = options.siteFolder === undefined ? NOTHING : readSite(options.siteFolder);
  const catalogue = assembleCatalogue(shipped, site);
  return options.nodeImages === true ? withNodeImages(catalogue) : catalogue;
}

const REGISTRIES = 'image-registry-allowlist.registries';

function withNodeImages(catalogue: Catalogue): Catalogue {
  const { open, sensitive } = catalogue.params;
  return { ...catalogue, params: { open: withRegistry(open), sensitive: withRegistry(sensitive) } };
}

function withRegistry(params: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const registries = (params[REGISTRIES] ?? '').split('\n').filter(Boolean);
  return { ...params, [REGISTRIES]: [...registries, NODE_REGISTRY].join('\n') };
}

const NOTHING: RuleFolder = { rules: [], baselines: [], issues: [] };

function readSite(folder: string): RuleFolder {
  if (!isAbsolute(folder)) throw new Error(`the folder of rules is no absolute path: ${folder}`);
  return readRuleFolder(folder, folder);
}

function shippedFromFiles(): CompiledCatalogue {
  const shipped = readShipped();
  if (shipped.issues.length > 0) throw ruleInvalid(shipped.issues);
  return shipped.compiled;
}

/** Rules of a site that clash with others or bear an id that could. */
export function siteIdIssues(shipped: ReadonlySet<string>, site: RuleFolder): RuleIssue[] {
  const seen = new Set<string>(shipped);
  return site.rules.flatMap(({ rule, file, at }): RuleIssue[] => {
    const clash = seen.has(rule.id);
    seen.add(rule.id);
    if (!clash && rule.id.startsWith('site-')) return [];
    const message = clash
      ? text(
          `there is a rule ${quoted(rule.id)} already: choose another id`,
          `규칙이 이미 있습니다(${quoted(rule.id)}). 다른 식별자를 쓰십시오`,
        )
      : sitePrefix(rule.id);
    return [{ code: 'id', file, ...at(['id']), path: 'id', message }];
  });
}

/** The catalogue of rules that were read: ours and a site's. Throws RuleInvalid. */
export function assembleCatalogue(shipped: CompiledCatalogue, site: RuleFolder): Catalogue {
  const written = [...shipped.rules.map(({ rule }) => rule), ...site.rules.map(({ rule }) => rule)].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const resolved = resolveBaselines(written, [...shippedBaselines(shipped), ...siteBaselines(site)]);
  const issues = [
    ...site.issues,
    ...siteIdIssues(new Set(shipped.rules.map(({ rule }) => rule.id)), site),
    ...resolved.issues,
  ];
  if (issues.length > 0) throw ruleInvalid(issues);
  const { inForce } = resolved;
  if (inForce === undefined) throw new Error('the shipped baselines open and sensitive are missing');
  const { open, sensitive } = inForce;
  return {
    rules: written.map((rule) => ({
      ...rule,
      enforcement: { open: open.rules.get(rule.id) ?? 'off', sensitive: sensitive.rules.get(rule.id) ?? 'off' },
    })),
    variables: shipped.variables,
    params: { open: open.params, sensitive: sensitive.params },
    baselines: resolved.baselines,
    origins: new Map([
      ...shipped.rules.map(({ rule, topic }): [RuleId, RuleOrigin] => [
        rule.id,
        { topic, from: 'shipped', file: join(SHIPPED_RULES, topic, `${rule.id}.yaml`) },
      ]),
      ...site.rules.map(({ rule, topic, file }): [RuleId, RuleOrigin] => [rule.id, { topic, from: 'site', file }]),
    ]),
  };
}

/** The baselines of a site's folder. */
export function siteBaselines(site: RuleFolder): BaselineSource[] {
  return site.baselines.map(({ file, value, at }) => ({ origin: 'site', file, written: value, at }));
}
