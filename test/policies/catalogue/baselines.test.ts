import { expect, test } from 'vitest';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { readShipped } from '../../../policies/catalogue/shipped';
import { assembled, SITE_RULE } from './support';

const SOFT = `id: site-soft
title: { en: Softer, ko: 완화 }
grade: open
extends: site-base
rules:
  - id: site-team-label
    enforcement: mandatory
    params: { label: crew }
`;
const BASE = `id: site-base
title: { en: Base, ko: 기본 }
extends: open
rules:
  - { id: site-team-label, enforcement: off, params: { label: squad } }
`;

const SHIPPED = readShipped().compiled;

/** Loads the site's rule with these baselines. */
function load(baselines: Readonly<Record<string, string>>) {
  return assembled(SHIPPED, {
    'team.yaml': SITE_RULE,
    ...Object.fromEntries(Object.entries(baselines).map(([name, content]) => [`baselines/${name}.yaml`, content])),
  });
}

test('a shipped baseline is every rule at the enforcement that its own file gives for the grade', () => {
  const { rules, baselines, params } = loadCatalogue();
  for (const grade of ['open', 'sensitive'] as const) {
    const baseline = baselines.get(grade);
    expect(baseline?.grade).toBe(grade);
    expect(baseline?.params).toEqual(params[grade]);
    expect([...(baseline?.rules ?? [])]).toEqual(rules.map(({ id, enforcement }) => [id, enforcement[grade]]));
  }
});

test("a site's baseline with a grade takes the place of ours there, through those that it extends", () => {
  const { catalogue, refusal } = load({ soft: SOFT, base: BASE });
  if (catalogue === undefined) throw new Error(refusal.join('\n'));
  const rule = catalogue.rules.find(({ id }) => id === 'site-team-label');
  expect(rule?.enforcement).toEqual({ open: 'mandatory', sensitive: 'mandatory' });
  expect(catalogue.params.open['site-team-label.label']).toBe('crew');
  expect(catalogue.params.sensitive['site-team-label.label']).toBe('team');
  expect(catalogue.baselines.get('site-base')?.params['site-team-label.label']).toBe('squad');
  expect([...catalogue.baselines.keys()].sort()).toEqual(['open', 'sensitive', 'site-base', 'site-soft']);
});

test.each([
  [
    'weakens what is mandatory',
    {
      a: SOFT.replace('site-base', 'open')
        .replace('id: site-team-label', 'id: pod-no-privileged')
        .replace('enforcement: mandatory', 'enforcement: advisory')
        .replace(/ {4}params.*\n/, ''),
    },
    "baselines/a.yaml:7:18: rules.0.enforcement: 'pod-no-privileged' is mandatory and can't be made advisory: give an exemption, which names a reason and an end",
  ],
  [
    'names a rule that is not there',
    { a: BASE.replace('site-team-label', 'site-team-labels') },
    "baselines/a.yaml:5:11: rules.0.id: there is no rule 'site-team-labels': did you mean 'site-team-label'?",
  ],
  [
    'sets a parameter that the rule lacks',
    { a: BASE.replace('label: squad', 'lable: squad') },
    "baselines/a.yaml:5:63: rules.0.params.lable: there is no parameter 'lable': did you mean 'label'?",
  ],
  [
    'gives a list for a text',
    { a: BASE.replace('label: squad', 'label: [squad]') },
    "baselines/a.yaml:5:63: rules.0.params.label: 'label' takes one line of text, not a list",
  ],
  [
    'extends one that is not there',
    { a: BASE.replace('extends: open', 'extends: opne') },
    "baselines/a.yaml:3:10: extends: there is no baseline 'opne': did you mean 'open'?",
  ],
  [
    'bears the id of ours',
    { a: BASE.replace('id: site-base', 'id: open') },
    "baselines/a.yaml:1:5: id: there is a baseline 'open' already: choose another id",
  ],
  [
    "lacks the site's prefix",
    { a: BASE.replace('id: site-base', 'id: base') },
    "baselines/a.yaml:1:5: id: 'base' is a site's own: begin its id with 'site-', so that no later version of ours clashes with it",
  ],
  [
    'is in force and leaves ours out',
    { a: BASE.replace('extends: open', 'grade: sensitive') },
    "baselines/a.yaml:1:1: extends: a baseline in force at grade sensitive extends 'sensitive', itself or through others: nothing mandatory may be missing",
  ],
  [
    'is the second in force',
    { a: SOFT.replace('site-base', 'open'), b: SOFT.replace('site-base', 'open').replace('site-soft', 'site-other') },
    'baselines/b.yaml:3:8: grade: two baselines are in force at grade open: keep one',
  ],
])('a baseline that %s is refused at its line', (_, baselines, complaint) => {
  expect(load(baselines).refusal).toEqual([complaint]);
});

test('baselines that extend each other are refused', () => {
  const a = BASE.replace('site-base', 'site-a').replace('extends: open', 'extends: site-b');
  const b = BASE.replace('site-base', 'site-b').replace('extends: open', 'extends: site-a');
  expect(load({ a, b }).refusal).toContain(
    "baselines/b.yaml:3:10: extends: site-a extends site-b extends site-a: a baseline can't extend itself",
  );
});
