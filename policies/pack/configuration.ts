import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { GRADES, type Grade } from '../../components/vocabulary';
import { TestbedError, text, type Text } from '../../errors';
import { quoted, quotedPath } from '../../spec/visible';
import { loadCatalogue, type Catalogue } from '../catalogue/load';
import { paramComplaint, paramKey, paramText } from '../catalogue/params';
import type { Enforcement, Rule } from '../rule';
import { packRules, SETTINGS } from './pack-info';

/** What the CLI sends for one policy: its level, announced or chosen, and its properties. */
export interface GivenPolicy {
  readonly level: Enforcement;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface PackConfiguration {
  readonly catalogue: Catalogue;
  readonly grade: Grade;
}

/** What holds without a configuration: the shipped rules, and the stricter grade for what bears none. */
export const DEFAULT_GRADE: Grade = 'sensitive';

const settings = z.strictObject({ grade: z.enum(GRADES).optional(), rules: z.string().optional() });
const paramValue = z.union([z.string(), z.number(), z.array(z.string())]);

/**
 * Works a configuration into the catalogue. A level that is the announced one was not chosen, and each grade keeps its own. A mandatory rule
 * can't be weakened here, as in a baseline: that takes an exemption. Throws RuleInvalid naming what cannot be taken.
 */
export function configurePack(
  given: ReadonlyMap<string, GivenPolicy>,
  announced: ReadonlyMap<string, Enforcement>,
): PackConfiguration {
  const { grade, siteFolder } = readSettings(given.get(SETTINGS)?.properties ?? {});
  const catalogue = loadCatalogue({ siteFolder });
  const rules = new Map(packRules(catalogue).map((rule) => [String(rule.id), rule]));
  const chosen = new Map<string, Enforcement>();
  const params: Record<string, string> = {};
  for (const [id, { level, properties }] of given) {
    if (id === SETTINGS) continue;
    const rule = rules.get(id);
    if (rule === undefined)
      throw invalid(text(`there is no rule ${quoted(id)}: take it out`, `없는 규칙입니다(${quoted(id)}). 빼십시오`));
    if (level !== announced.get(id)) {
      if (level !== 'mandatory' && rule.enforcement[grade] === 'mandatory') throw weakened(rule);
      chosen.set(id, level);
    }
    for (const [name, value] of Object.entries(properties)) params[paramKey(rule, name)] = paramOf(rule, name, value);
  }
  return {
    grade,
    catalogue: {
      ...catalogue,
      rules: catalogue.rules.map((rule) => enforced(rule, chosen.get(rule.id))),
      params: {
        open: { ...catalogue.params.open, ...params },
        sensitive: { ...catalogue.params.sensitive, ...params },
      },
    },
  };
}

/** The chosen level at every grade where the rule is not mandatory already. */
function enforced(rule: Rule, level: Enforcement | undefined): Rule {
  if (level === undefined) return rule;
  const at = (own: Enforcement): Enforcement => (own === 'mandatory' ? own : level);
  return { ...rule, enforcement: { open: at(rule.enforcement.open), sensitive: at(rule.enforcement.sensitive) } };
}

function readSettings(properties: Readonly<Record<string, unknown>>): {
  readonly grade: Grade;
  readonly siteFolder: string | undefined;
} {
  const read = settings.safeParse(properties);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw invalid(
      text(
        `${SETTINGS} takes 'grade' (open or sensitive) and 'rules' (a folder): look at ${quoted(where)}`,
        `${SETTINGS}에는 'grade'(open 또는 sensitive)와 'rules'(폴더)만 쓸 수 있습니다. ${quoted(where)}을(를) 확인하십시오`,
      ),
    );
  }
  const { grade = DEFAULT_GRADE, rules } = read.data;
  if (rules !== undefined && !isAbsolute(rules))
    throw invalid(
      text(
        `the folder of rules ${quotedPath(rules)} is no absolute path: the pack runs in a folder of the CLI's choice`,
        `규칙 폴더 ${quotedPath(rules)}은(는) 절대 경로가 아닙니다. 정책 팩이 실행되는 폴더는 CLI가 정하므로 절대 경로로 쓰십시오`,
      ),
    );
  return { grade, siteFolder: rules };
}

function paramOf(rule: Rule, name: string, given: unknown): string {
  const param = rule.params.find((one) => one.name === name);
  const value = paramValue.safeParse(given);
  if (param === undefined || !value.success)
    throw invalid(
      text(
        `${rule.id} has no parameter ${quoted(name)} of this form`,
        `${rule.id} 규칙에 그런 매개변수가 없거나 형식이 다릅니다(${quoted(name)})`,
      ),
    );
  const complaint = paramComplaint(param, value.data);
  if (complaint !== undefined)
    throw invalid(text(`${rule.id}.${name}: ${complaint.en}`, `${rule.id}.${name}: ${complaint.ko}`));
  return paramText(value.data);
}

function weakened(rule: Rule): TestbedError {
  return invalid(
    text(
      `${rule.id} is mandatory: a configuration can make rules stricter, never weaker`,
      `${rule.id} 규칙은 필수입니다. 설정으로 규칙을 더 엄격하게 할 수는 있지만 약하게 할 수는 없습니다`,
    ),
  );
}

function invalid(what: Text): TestbedError {
  return new TestbedError('RuleInvalid', what);
}
