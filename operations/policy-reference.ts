import { ruleInvalid } from '../policies/catalogue/issue';
import { readLeftOut, type ProposalLeftOut } from '../policies/catalogue/left-out';
import type { RuleFile } from '../policies/catalogue/rule-file';
import { readShipped } from '../policies/catalogue/shipped';
import { loadControlCatalogues } from '../policies/controls/catalogues';
import { controlIndex, findControl, type IndexedCatalogue } from '../policies/controls/control-index';
import type { Text } from '../errors';

export type { IndexedCatalogue } from '../policies/controls/control-index';
export type { RuleFile } from '../policies/catalogue/rule-file';

/** What the reference of the rules is made from. */
export interface PolicyReference {
  /** By topic, then by id. */
  readonly rules: readonly RuleFile[];
  readonly controls: readonly IndexedCatalogue[];
  /** Proposals that were not built, with the reason. */
  readonly leftOut: readonly ProposalLeftOut[];
  /** The short name of a control. */
  readonly controlName: (catalogue: string, control: string) => Text;
}

/** The shipped rules with their fixtures, and every control with its rules. Throws RuleInvalid. */
export function policyReference(): PolicyReference {
  const { files, issues } = readShipped();
  if (issues.length > 0) throw ruleInvalid(issues);
  const catalogues = loadControlCatalogues();
  const rules = files.toSorted((a, b) => compare(a.topic, b.topic) || compare(a.rule.id, b.rule.id));
  return {
    rules,
    controls: controlIndex(
      rules.map(({ rule }) => rule),
      catalogues,
    ),
    leftOut: readLeftOut(),
    controlName: (catalogue, control) =>
      findControl(catalogues, { catalogue, control })?.name ?? { en: control, ko: control },
  };
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
