import { expect, test } from 'vitest';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { loadControlCatalogues } from '../../../policies/controls/catalogues';
import { controlIndex, findControl } from '../../../policies/controls/control-index';
import type { Rule } from '../../../policies/rule';

const CATALOGUES = loadControlCatalogues();
const SHIPPED = loadCatalogue().rules;

test('every control catalogue has the controls that its source has, each id once', () => {
  expect(CATALOGUES.map(({ key, controls }) => [key, controls.length])).toEqual([
    ['n2sf', 274],
    ['isms-p', 101],
    ['csap', 35],
    ['pipc', 15],
    ['kisa-cloud', 56],
    ['pss', 18],
    ['cis-kubernetes', 34],
    ['cis-docker', 126],
    ['nist-800-190', 24],
  ]);
  for (const { key, controls } of CATALOGUES)
    expect([key, new Set(controls.map(({ id }) => id)).size]).toEqual([key, controls.length]);
});

test('every catalogue says where it comes from and under which terms; names are no texts', () => {
  for (const { key, origin, licence, title, controls } of CATALOGUES) {
    expect([key, origin.length > 10, licence.length > 9, title.en !== '', title.ko !== '']).toEqual([
      key,
      true,
      true,
      true,
      true,
    ]);
    expect(controls.filter(({ name }) => name.en.length > 140 || name.ko.length > 140)).toEqual([]);
  }
});

test('N2SF controls carry their grades as the guideline counts them, and doubts where the extraction errs', () => {
  const controls = CATALOGUES.find(({ key }) => key === 'n2sf')?.controls ?? [];
  const flagged = (grade: string): number => controls.filter(({ grades }) => grades?.includes(grade)).length;
  expect([flagged('C'), flagged('S'), flagged('O')]).toEqual([270, 222, 90]);
  expect(controls.filter(({ doubt }) => doubt !== undefined).map(({ id }) => id)).toEqual([
    'N2SF-LP-4(3)',
    'N2SF-MD-7',
    'N2SF-IN-1(1)',
  ]);
});

test('a control is found by catalogue and id; what is only one of the two is not', () => {
  expect(findControl(CATALOGUES, { catalogue: 'n2sf', control: 'N2SF-IS-5' })?.name.ko).toBe('가상화 환경 격리');
  expect(findControl(CATALOGUES, { catalogue: 'isms-p', control: 'N2SF-IS-5' })).toBeUndefined();
  expect(findControl(CATALOGUES, { catalogue: 'n2sf', control: 'IS-5' })).toBeUndefined();
});

test("the index is the inverse of the rules' mappings: nothing is lost and nothing is added", () => {
  const pairs = (list: readonly string[]): string[] => [...list].sort();
  const fromRules = SHIPPED.flatMap(({ id, mappings }) =>
    mappings.map(({ catalogue, control, relation }) => `${catalogue} ${control} ${id} ${relation}`),
  );
  const fromIndex = controlIndex(SHIPPED).flatMap(({ catalogue, controls }) =>
    controls.flatMap(({ control, rules }) =>
      rules.map(({ rule, relation }) => `${catalogue.key} ${control.id} ${rule} ${relation}`),
    ),
  );
  expect(pairs(fromIndex)).toEqual(pairs(fromRules));
});

test('a control counts once: as supported when any rule supports it, as related when none does', () => {
  const [first] = SHIPPED;
  if (first === undefined) throw new Error('no rules');
  const rule = (mappings: Rule['mappings']): Rule => ({ ...first, mappings });
  const pss = (relation: 'supports' | 'related', control: string) => ({ catalogue: 'pss', control, relation });
  const index = controlIndex([
    rule([pss('supports', 'privileged'), pss('related', 'hostPorts')]),
    rule([pss('related', 'privileged'), pss('related', 'hostPorts')]),
  ]);
  expect(index.find(({ catalogue }) => catalogue.key === 'pss')?.coverage).toEqual({
    total: 18,
    supported: 1,
    related: 1,
  });
});
