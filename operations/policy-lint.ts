import { SHIPPED_RULES } from '../policies/catalogue/places';
import { readRuleFiles } from '../policies/catalogue/rule-files';
import { loadControlCatalogues } from '../policies/controls/catalogues';
import type { LintFinding } from '../policies/lint/finding';
import { lintCatalogue } from '../policies/lint/lint';
import { rulesFolder, type PolicyOptions } from './policy-catalogue';
import type { Surroundings } from './surroundings';

export interface PolicyLintResult {
  /** How many rules could be read. */
  readonly rules: number;
  /** By file and line; none when the rules are clean. */
  readonly findings: readonly LintFinding[];
}

/** Everything that is wrong with a site's rules, or with ours where no folder is named. Throws nothing for what the files hold. */
export function policyLint(options: PolicyOptions, surroundings: Surroundings): PolicyLintResult {
  const { files, variables, issues } = readRuleFiles({ siteFolder: rulesFolder(options.rules, surroundings) });
  const variablesFile = `${SHIPPED_RULES}/variables.yaml`;
  const findings = lintCatalogue(files, { variables, variablesFile, issues, catalogues: loadControlCatalogues() });
  return { rules: files.length, findings };
}
