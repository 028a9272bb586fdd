import type { Mapping, Rule, RuleId } from '../rule';
import { loadControlCatalogues, type Control, type ControlCatalogue } from './catalogues';

/** A control with the rules that give evidence for it. */
export interface IndexedControl {
  readonly control: Control;
  readonly rules: readonly { readonly rule: RuleId; readonly relation: Mapping['relation'] }[];
}

/** A control catalogue seen from its controls. */
export interface IndexedCatalogue {
  readonly catalogue: ControlCatalogue;
  readonly controls: readonly IndexedControl[];
  /** How many controls there are, how many a rule supports, and how many are only related to one. */
  readonly coverage: { readonly total: number; readonly supported: number; readonly related: number };
}

/**
 * Every control of every catalogue with its rules, the inverse of the rules' mappings. A control with rules is not fulfilled by them:
 * a passed check is evidence for a technical part of it.
 */
export function controlIndex(
  rules: readonly Rule[],
  catalogues = loadControlCatalogues(),
): readonly IndexedCatalogue[] {
  return catalogues.map((catalogue) => {
    const controls = catalogue.controls.map((control): IndexedControl => ({
      control,
      rules: rules.flatMap(({ id, mappings }) =>
        mappings
          .filter((mapping) => mapping.catalogue === catalogue.key && mapping.control === control.id)
          .map(({ relation }) => ({ rule: id, relation })),
      ),
    }));
    const supported = controls.filter(({ rules: by }) => by.some(({ relation }) => relation === 'supports')).length;
    const mapped = controls.filter(({ rules: by }) => by.length > 0).length;
    return { catalogue, controls, coverage: { total: controls.length, supported, related: mapped - supported } };
  });
}

/** The control that a mapping names; undefined where its catalogue lacks it. */
export function findControl(
  catalogues: readonly ControlCatalogue[],
  mapping: Pick<Mapping, 'catalogue' | 'control'>,
): Control | undefined {
  return catalogues.find(({ key }) => key === mapping.catalogue)?.controls.find(({ id }) => id === mapping.control);
}
