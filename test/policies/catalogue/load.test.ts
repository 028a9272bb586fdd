import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../../package/root';
import { readRuleFolder } from '../../../policies/catalogue/folder';
import { ruleInvalid } from '../../../policies/catalogue/issue';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { readRuleFile } from '../../../policies/catalogue/rule-files';
import { readShipped } from '../../../policies/catalogue/shipped';
import { assembled, changed, ruleFolder, SITE_RULE } from './support';

const builder: unknown = createRequire(__filename)(join(packageRoot(), 'bin', 'build.cjs'));
const { build } = z.object({ build: z.function({ input: [], output: z.string() }) }).parse(builder);

/** What is wrong with the files of a folder, each on its own; ours are not read. */
function complaints(files: Readonly<Record<string, string>>, language: 'en' | 'ko' = 'en'): readonly string[] {
  using folder = ruleFolder(files);
  return ruleInvalid(readRuleFolder(folder.path, 'rules').issues).details.map((detail) =>
    detail[language].replace('rules/', ''),
  );
}

const SHIPPED = readShipped().compiled;

test('the shipped rules load, sorted by id, each with its topic and file', () => {
  const { rules, origins, variables } = loadCatalogue();
  const ids = rules.map(({ id }) => id);
  expect(ids).toEqual([...ids].sort());
  expect(ids).toContain('pod-no-privileged');
  expect([...origins.keys()].sort()).toEqual(ids);
  expect(rules.map(({ id }) => origins.get(id)?.file)).toEqual(
    rules.map(({ id }) => `policies/catalogue/${origins.get(id)?.topic ?? ''}/${id}.yaml`),
  );
  expect(variables.map(({ name }) => name)).toContain('containers');
});

test('a rule is what its file says, with the defaults and every kind that makes pods', () => {
  const catalogue = loadCatalogue();
  const rule = catalogue.rules.find(({ id }) => id === 'pod-no-privileged');
  if (rule === undefined) throw new Error('no such rule');
  expect(rule).toMatchObject({
    scope: 'object',
    points: ['plan', 'admission', 'audit'],
    operations: ['CREATE', 'UPDATE'],
    params: [],
    exemptible: true,
    since: '1.30',
    enforcement: { open: 'mandatory', sensitive: 'mandatory' },
  });
  expect(rule.expression).toMatch(/^variables\.containers\.all\(c, .*== false\)$/);
  expect(rule.match[0]).toEqual({
    type: 'kind',
    group: '',
    version: 'v1',
    kind: 'Pod',
    resource: 'pods',
    scope: 'Namespaced',
    subresources: ['ephemeralcontainers', 'resize'],
  });
  expect(rule.match.map((matched) => (matched.type === 'kind' ? matched.resource : ''))).toEqual([
    'pods',
    'podtemplates',
    'replicationcontrollers',
    'replicasets',
    'deployments',
    'statefulsets',
    'daemonsets',
    'jobs',
    'cronjobs',
  ]);
  const { fixtures } = readRuleFile(catalogue, rule);
  expect(fixtures.fail[0]).toMatchObject({
    name: 'an init container',
    finding: 'container setup: securityContext.privileged=true',
    object: { kind: 'Pod' },
  });
});

test('the built form holds the same catalogue as the files', async () => {
  const folder = build();
  const built: unknown = JSON.parse(readFileSync(join(folder, 'policies', 'catalogue.json'), 'utf8'));
  const { loadCatalogue: loadBuilt } = z
    .object({ loadCatalogue: z.function({ output: z.custom<ReturnType<typeof loadCatalogue>>() }) })
    .parse(await import(join(folder, 'policies', 'catalogue', 'load.js')));
  expect(loadBuilt()).toEqual(loadCatalogue());
  expect(JSON.stringify(built)).not.toContain('fixtures');
});

test("a site's rules stand beside ours and join both baselines at their own enforcement", () => {
  using folder = ruleFolder({ 'labels/team.yaml': SITE_RULE });
  const { rules, origins, params, baselines } = loadCatalogue({ siteFolder: folder.path });
  const rule = rules.find(({ id }) => id === 'site-team-label');
  if (rule === undefined) throw new Error('no such rule');
  expect(rule.enforcement).toEqual({ open: 'advisory', sensitive: 'mandatory' });
  expect(origins.get(rule.id)).toEqual({ topic: 'labels', from: 'site', file: `${folder.path}/labels/team.yaml` });
  expect(params.open['site-team-label.label']).toBe('team');
  expect([...baselines.keys()]).toEqual(['open', 'sensitive']);
  expect(rules.length).toBe(loadCatalogue().rules.length + 1);
});

test('all problems of a rule file are told at once, each with its line and column, in both languages', () => {
  const files = {
    'team.yaml': changed('  ko: 컨피그맵의 팀 표시\n', '')
      .replace('severity: low', 'severity: grave')
      .replace('match: [v1/ConfigMap]', 'match: [v1/ConfigMapp]\nmessages: {}')
      .replace('      finding: no label team\n', ''),
  };
  expect(complaints(files)).toEqual([
    "team.yaml:4:1: title.ko: the Korean text is missing: add 'ko'",
    'team.yaml:9:11: severity: is not accepted here: choose one of critical, high, medium, low',
    "team.yaml:11:9: match[0]: 'v1/ConfigMapp' is not a kind that rules look at: did you mean 'v1/ConfigMap'?",
    "team.yaml:12:1: messages: there is no field 'messages' here: did you mean 'message'?",
    "team.yaml:35:7: fixtures.fail[0].finding: the field 'finding' is missing: add it",
  ]);
  expect(complaints(files, 'ko')[0]).toBe("team.yaml:4:1: title.ko: 한국어 문구가 없습니다. 'ko'를 추가하십시오");
});

test.each([
  [
    'a text of two lines',
    changed('nobody is named as its team; add', "'nobody is named\n\n    as its team'\n  #"),
    'message.en',
    'stands on more than one line',
  ],
  [
    'an empty text',
    changed('ko: 담당 팀이 없습니다. team 레이블을 추가하십시오', "ko: ' '"),
    'message.ko',
    'has no words',
  ],
  [
    'a long title',
    changed('Every ConfigMap names its team', 'x'.repeat(101)),
    'title.en',
    'has 101 characters: at most 100',
  ],
  ['a bidi character', changed('Every ConfigMap names its team', '"Every \\u202e team"'), 'title.en', "can't be seen"],
  ['an id in capitals', changed('id: site-team-label', 'id: Site_Team'), 'id', "'Site_Team' is not an id"],
  [
    'no failing fixture',
    changed(/ {2}fail:[^]*$/.exec(SITE_RULE)?.[0] ?? '', '  fail: []\n'),
    'fixtures.fail',
    'needs at least 1',
  ],
  ['a set rule at admission', changed('scope: object', 'scope: set'), 'points', 'is not judged at admission'],
  ['a point twice', changed('[plan, admission, audit]', '[plan, plan]'), 'points[1]', "'plan' stands here twice"],
  ['an old minor', changed("since: '1.30'", "since: '1.20'"), 'since', 'is not a Kubernetes minor'],
  [
    'a kind and a connection',
    changed('[v1/ConfigMap]', '[v1/ConfigMap, v1/Pod/exec]'),
    'match',
    'looks at nothing else',
  ],
  [
    'a token at admission',
    changed('[v1/ConfigMap]', "['docker:index/container:Container']"),
    'points',
    'seen at plan only',
  ],
])('refuses %s', (_, rule, path, words) => {
  const [first = '', ...more] = complaints({ 'team.yaml': rule });
  expect(more).toEqual([]);
  expect(first).toContain(` ${path}: `);
  expect(first).toContain(words);
});

test.each([
  [
    'an alias',
    changed('object: { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }', 'object: *a'),
    'the alias',
  ],
  ['a key twice', changed('severity: low', 'severity: low\nseverity: high'), 'stands on line 10 already'],
  [
    'a prototype key',
    changed('{ name: a, labels: { team: care } }', '{ __proto__: {} }'),
    "'__proto__' is not accepted",
  ],
  ['broken YAML', changed('match: [v1/ConfigMap]', 'match: [v1/ConfigMap'), 'team.yaml:'],
])('a file with %s is told as it lies, and nothing that only follows from it', (_, rule, words) => {
  const found = complaints({ 'team.yaml': rule });
  expect(found.join('\n')).toContain(words);
  expect(found.join('\n')).not.toContain('is missing');
});

test('a rule that connects names what the request brings, and only the sub-resource', () => {
  const { catalogue } = assembled(SHIPPED, {
    'exec.yaml': changed('[v1/ConfigMap]', '[v1/Pod/exec]\noperations: [CONNECT]').replace(
      '[plan, admission, audit]',
      '[admission]',
    ),
  });
  const rule = catalogue?.rules.find(({ id }) => id === 'site-team-label');
  expect(rule?.match).toEqual([
    {
      type: 'kind',
      group: '',
      version: 'v1',
      kind: 'PodExecOptions',
      resource: 'pods',
      scope: 'Namespaced',
      subresources: ['exec'],
    },
  ]);
});

test("an id without the site's prefix, and one that stands twice, are refused", () => {
  const own = changed('id: site-team-label', 'id: team-label');
  expect(assembled(SHIPPED, { 'team.yaml': own }).refusal).toEqual([
    "team.yaml:1:5: id: 'team-label' is a site's own: begin its id with 'site-', so that no later version of ours clashes with it",
  ]);
  expect(assembled(SHIPPED, { 'team.yaml': changed('site-team-label', 'pod-no-privileged') }).refusal).toEqual([
    "team.yaml:1:5: id: there is a rule 'pod-no-privileged' already: choose another id",
  ]);
  expect(assembled(SHIPPED, { 'a.yaml': SITE_RULE, 'b.yaml': SITE_RULE }).refusal).toEqual([
    "b.yaml:1:5: id: there is a rule 'site-team-label' already: choose another id",
  ]);
});

test('a folder that is not there, a file that is too large and one that is too deep are told, not thrown', () => {
  using folder = ruleFolder({});
  expect(() => loadCatalogue({ siteFolder: join(folder.path, 'none') })).toThrow('the rules have a problem');
  expect(complaints({ 'large.yaml': `# ${'x'.repeat(256 * 1024)}` })).toEqual([
    'large.yaml:1:1: the file has more than 256 KiB: split it',
  ]);
  expect(complaints({ 'deep.yaml': `id: ${'['.repeat(40)}${']'.repeat(40)}` })[0]).toContain(
    'nested more than 32 levels deep',
  );
});
