import { parse } from '@bufbuild/cel';
import { describe, expect, test } from 'vitest';
import { parseDocument } from '../../../policies/catalogue/document';
import { ruleFile } from '../../../policies/catalogue/rule-file';
import { ruleSchema } from '../../../policies/catalogue/rule-schema';
import { readShipped } from '../../../policies/catalogue/shipped';
import { loadControlCatalogues } from '../../../policies/controls/catalogues';
import type { LintFinding } from '../../../policies/lint/finding';
import { lintCatalogue } from '../../../policies/lint/lint';
import type { SharedVariable } from '../../../policies/rule';
import { changed, SITE_RULE } from '../catalogue/support';

const SHIPPED = readShipped();
const CONTROLS = loadControlCatalogues();

/** What lint says of one rule, as `code line path: message`. */
function lint(rule: string, variables: readonly SharedVariable[] = SHIPPED.compiled.variables): string[] {
  const read = parseDocument({ file: 'team.yaml', source: rule }, ruleSchema);
  const context = { variables, variablesFile: 'variables.yaml', catalogues: CONTROLS };
  const found = lintCatalogue(read.ok ? [ruleFile(read.document, 'site')] : [], {
    ...context,
    issues: read.ok ? [] : read.issues,
  });
  return found.map(({ code, line, path, message }) => `${code} ${line} ${path}: ${message.en}`);
}

/** The rule with another expression, whose other parts stay clean. */
function withExpression(expression: string): string {
  return changed(
    "has(object.metadata.labels)\n  && params.data['site-team-label.label'] in object.metadata.labels",
    `has(object.metadata.labels)\n  && params.data['site-team-label.label'] in object.metadata.labels && ${expression}`,
  );
}

test('the shipped rules are clean', () => {
  const found = lintCatalogue(SHIPPED.files, {
    variables: SHIPPED.compiled.variables,
    variablesFile: 'policies/catalogue/variables.yaml',
    catalogues: CONTROLS,
    issues: SHIPPED.issues,
  });
  expect(found.map(shown)).toEqual([]);
});

test('the independent engine parses every shipped expression', () => {
  const sources = [
    ...SHIPPED.compiled.variables.map(({ expression }) => expression),
    ...SHIPPED.compiled.rules.flatMap(({ rule }) => [rule.expression, rule.finding]),
  ];
  expect(sources.length).toBeGreaterThan(100);
  for (const source of sources) expect(() => parse(source), source).not.toThrow();
});

test('a clean rule of a site has no findings', () => {
  expect(lint(SITE_RULE)).toEqual([]);
});

describe('names', () => {
  test.each([
    ['cel: text that is no CEL', withExpression('&& true'), /^cel 20 expression: CEL at 1:\d+: /],
    [
      'cel: an optional',
      withExpression("object.?metadata.name.orValue('') != ''"),
      /^cel 20 expression: CEL at 1:105: /,
    ],
    [
      'cel: a macro of two variables',
      withExpression('[1].all(i, v, v > 0)'),
      /^cel 20 expression: .*all\(\) takes the name of a variable/,
    ],
    [
      'function: one that no server has',
      withExpression('size(reverse([1])) == 1'),
      "function 20 expression: no API server has the function 'reverse': use one of the dialect",
    ],
    [
      'function: one with a dot in its name that no server has',
      withExpression('math.greatest(1, 2) == 2'),
      "function 20 expression: no API server has the function 'math.greatest': use one of the dialect",
    ],
    [
      'function: one that not every engine has',
      withExpression('sets.contains([1], [1])'),
      "function 20 expression: 'sets.contains' is not in the dialect of rules, because not every engine has it: write it another way",
    ],
    [
      'function: one that is newer than the declared minor, however often it is called',
      withExpression("isIP('10.0.0.1') && isIP('10.0.0.2')"),
      "function 20 expression: 'isIP' is taken from Kubernetes 1.31 on, and the rule says since 1.30: raise it or do without",
    ],
    [
      'has-path: has() of an element',
      withExpression('has([object][0].metadata)'),
      'has-path 20 expression: has() is given a path that begins with a name, such as has(c.image); bind the element by a macro',
    ],
    [
      'regex: a pattern that RE2 lacks',
      withExpression("object.metadata.name.matches('(?=a)')"),
      /^regex 20 expression: RE2 refuses the pattern '\(\?=a\)'/,
    ],
    [
      'regex: a back reference',
      withExpression("object.metadata.name.matches(r'(a)\\1')"),
      /^regex 20 expression: RE2 refuses the pattern/,
    ],
    [
      'name: something that rules do not see',
      withExpression("oldObject.kind == ''"),
      /^name 20 expression: there is nothing called 'oldObject' here/,
    ],
    [
      'name: what only set rules see',
      withExpression('objects.all(o, true)'),
      /^name 20 expression: there is nothing called 'objects' here/,
    ],
    [
      'name: a request, where the rule is judged elsewhere too',
      withExpression("request.operation == 'CREATE'"),
      /^name 20 expression: there is nothing called 'request' here/,
    ],
    [
      'name: the variable of a macro outside it',
      withExpression('[1].all(x, x > 0) && x > 0'),
      /^name 20 expression: there is nothing called 'x' here/,
    ],
    [
      'name: a shared variable that is not there',
      withExpression('size(variables.pods) == 0'),
      /^name 20 expression: there is no shared variable 'pods'/,
    ],
    [
      'param: a key that is not declared',
      withExpression("params.data['site-team-label.labels'] != ''"),
      "param 20 expression: the parameter 'site-team-label.labels' is not declared by this rule: declare it or correct the key",
    ],
    [
      'param: a key of another rule',
      withExpression("params.data['image-registry-allowlist.registries'] != ''"),
      /^param 20 expression: the parameter 'image-registry-allowlist.registries' is not declared by this rule/,
    ],
    [
      'param: a key that can not be told',
      withExpression('params.data[object.kind] != dyn(1)'),
      /^param 20 expression: the key of a parameter is written out/,
    ],
    [
      'param: one that nobody reads',
      changed('params:\n', 'params:\n  other: { type: text, default: a, description: { en: b, ko: 나 } }\n'),
      "param 14 params.other: the parameter 'other' is read by no expression: take it out",
    ],
    [
      'param: a fixture that sets one that is not there',
      changed('params: { label: crew }', 'params: { label: crew, lable: crew }'),
      "param 32 fixtures.pass[1].params: the rule has no parameter 'site-team-label.lable': declare it or take it out",
    ],
    [
      'control: one that its catalogue lacks',
      changed('control: 2.1.3', 'control: 2.1.9'),
      "control 26 mappings[0].control: isms-p has no control '2.1.9': correct it or leave it out",
    ],
    [
      'control: an unknown catalogue',
      changed('catalogue: isms-p', 'catalogue: isms'),
      /^control 26 mappings\[0\].catalogue: there is no control catalogue 'isms'/,
    ],
    [
      'control: one that nobody verified',
      changed('{ catalogue: isms-p, control: 2.1.3', "{ catalogue: csap, control: '11'"),
      'control 26 mappings[0].control: csap 11 could not be verified: leave it out',
    ],
    [
      'control: support of one that rests on secondary sources',
      changed(
        '{ catalogue: isms-p, control: 2.1.3, relation: related',
        "{ catalogue: csap, control: '9.1', relation: supports",
      ),
      'control 26 mappings[0].relation: csap 9.1 rests on secondary sources: say related',
    ],
    [
      'fixture: one of another kind',
      changed(
        'kind: ConfigMap, metadata: { name: a, labels: { crew',
        'kind: Secret, metadata: { name: a, labels: { crew',
      ),
      "fixture 33 fixtures.pass[1].object: the rule does not look at this object ('v1 Secret'): give one that it matches",
    ],
    [
      'fixture: a name twice',
      changed('name: another label', 'name: labelled'),
      "fixture 31 fixtures.pass[1].name: there is a fixture 'labelled' already: choose another name",
    ],
    [
      'verdict: a passing fixture that fails',
      changed('labels: { team: care }', 'labels: { tema: care }'),
      "verdict 29 fixtures.pass[0]: the fixture 'labelled' should pass, and the verdict is fail: no label team",
    ],
    [
      'verdict: a failing fixture that passes',
      changed('metadata: { name: a } }\n', 'metadata: { name: a, labels: { team: care } } }\n'),
      "verdict 35 fixtures.fail[0]: the fixture 'no label' should fail, and the verdict is pass",
    ],
    [
      'verdict: a rule that can not be evaluated on a fixture',
      withExpression("object.metadata.labels.team == 'care'"),
      "verdict 31 fixtures.pass[1]: the fixture 'another label' should pass, and the verdict is error: no such key: team",
    ],
    [
      'finding: another than the fixture says',
      changed('finding: no label team', 'finding: no label'),
      "finding 35 fixtures.fail[0]: the fixture 'no label' fails with 'no label team', and says 'no label'",
    ],
    [
      'language: one that is missing',
      changed('  ko: 컨피그맵의 팀 표시\n', ''),
      /^language 4 title.ko: the Korean text is missing/,
    ],
    [
      'one-line: a message of two lines',
      changed('en: nobody is named as its team; add the label team', 'en: "a\\nb"'),
      /^one-line 8 message.en: /,
    ],
    ['length: a title that is too long', changed('Every ConfigMap', 'x'.repeat(101)), /^length 5 title.en: /],
    [
      'fixtures: no failing one',
      changed(/ {2}fail:[^]*$/.exec(SITE_RULE)?.[0] ?? '', '  fail: []\n'),
      /^fixtures 34 fixtures.fail: needs at least 1/,
    ],
    [
      'fixtures: no passing one',
      changed(/ {2}pass:[^]*(?= {2}fail:)/.exec(SITE_RULE)?.[0] ?? '', '  pass: []\n'),
      /^fixtures 28 fixtures.pass: needs at least 1/,
    ],
    [
      'field: one that no rule has',
      changed('severity: low', 'severity: low\nweight: 3'),
      /^field 11 weight: there is no field 'weight' here/,
    ],
    ['id: what is no id', changed('id: site-team-label', 'id: Team'), /^id 1 id: 'Team' is not an id/],
    ['yaml: what is no YAML', changed('[v1/ConfigMap]', '[v1/ConfigMap'), /^yaml \d+ : /],
  ])('%s', (_, rule, expected) => {
    const found = lint(rule);
    const [first = ''] = found;
    const fits = typeof expected === 'string' ? first === expected : expected.test(first);
    expect([found, fits]).toEqual([[first], true]);
  });

  test('name: a shared variable that uses one below it', () => {
    const variables = [
      { name: 'first', expression: 'variables.second' },
      { name: 'second', expression: 'object.kind' },
    ];
    expect(lint(SITE_RULE, variables)).toEqual([
      "name 1 first: there is no shared variable 'second': the variables are ",
    ]);
  });
});

test('findings come by file and line, and lint of one rule does not hide that of another', () => {
  const files = [changed('control: 2.1.3', 'control: 9.9.9'), withExpression('reverse(object)')].map(
    (source, index) => {
      const read = parseDocument({ file: `${2 - index}.yaml`, source }, ruleSchema);
      if (!read.ok) throw new Error('the rule is no rule');
      return ruleFile(read.document, 'site');
    },
  );
  const found = lintCatalogue(files, {
    variables: SHIPPED.compiled.variables,
    variablesFile: 'variables.yaml',
    catalogues: CONTROLS,
    issues: [],
  });
  expect(found.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
    '1.yaml:20 function',
    '2.yaml:26 control',
  ]);
});

function shown({ file, line, code, message }: LintFinding): string {
  return `${file}:${line} [${code}] ${message.en}`;
}
