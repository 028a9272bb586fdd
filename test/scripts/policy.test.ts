import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { changed, SITE_RULE } from '../policies/catalogue/support';
import { openPlace, runCli, type Place } from './run-cli';

const PODS = `apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - { name: good, image: registry.example/a:1 }
    - { name: bad, image: registry.example/a:1, securityContext: { privileged: true } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Pod
    metadata: { name: fine }
    spec: { containers: [{ name: only, image: registry.example/a:1 }] }
`;

async function siteRules(place: Place, rule = SITE_RULE): Promise<void> {
  await mkdir(join(place.folder, 'rules'));
  await writeFile(join(place.folder, 'rules', 'team.yaml'), rule);
}

test('policy list shows every rule with its enforcement at both grades; a grade leaves out what is not judged there', async () => {
  await using place = openPlace();
  const { code, stdout, stderr } = await runCli(['policy', 'list'], place);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.split('\n')[0]).toMatch(/^RULE +SEVERITY +OPEN +SENSITIVE +POINTS +TITLE$/);
  expect(stdout).toMatch(
    /\npod-no-privileged +critical +mandatory +mandatory +plan, admission, audit +No privileged container\n/,
  );
  const all: unknown = JSON.parse((await runCli(['policy', 'list', '-o', 'json'], place)).stdout);
  const open: unknown = JSON.parse((await runCli(['policy', 'list', '--grade', 'open', '-o', 'json'], place)).stdout);
  expect(all).toMatchObject({ rules: expect.arrayContaining([expect.objectContaining({ id: 'pod-no-exec' })]) });
  expect(JSON.stringify(open)).not.toContain('"pod-no-exec"');
  expect(JSON.stringify(open)).toContain('"pod-no-privileged"');
});

test('policy list speaks Korean, and YAML and JSON hold the same', async () => {
  await using place = openPlace();
  const { stdout } = await runCli(['policy', 'list', '--lang', 'ko'], place);
  expect(stdout).toMatch(/\npod-no-privileged +치명 +필수 +필수 +계획, 승인, 감사 +특권 컨테이너 금지\n/);
  const json = await runCli(['policy', 'list', '-o', 'json'], place);
  const yaml = await runCli(['policy', 'list', '-o', 'yaml'], place);
  expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
});

test('policy show gives the CEL, the controls by name and the fixtures of one rule', async () => {
  await using place = openPlace();
  const { code, stdout } = await runCli(['policy', 'show', 'pod-no-privileged'], place);
  expect(code).toBe(0);
  expect(stdout).toMatch(/\n {2}variables\.containers\.all\(c, /);
  expect(stdout).toMatch(/\nn2sf +N2SF-IS-5 +evidence for a part +가상화 환경 격리\n/);
  expect(stdout).toMatch(/\nan init container +fail +container setup: securityContext\.privileged=true\n/);
  const json = await runCli(['policy', 'show', 'pod-no-privileged', '-o', 'json', '--lang', 'ko'], place);
  expect(JSON.parse(json.stdout)).toMatchObject({
    topic: 'workload',
    rule: { id: 'pod-no-privileged', title: '특권 컨테이너 금지' },
    fixtures: { fail: [{ object: { kind: 'Pod' } }, { object: { kind: 'CronJob' } }] },
  });
});

test('an unknown rule is a wrong call that names the nearest one', async () => {
  await using place = openPlace();
  expect(await runCli(['policy', 'show', 'pod-no-privilged'], place)).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr:
      "error: there is no rule 'pod-no-privilged': did you mean 'pod-no-privileged'?\nhint: testbed policy list\n",
  });
});

test("a site's rules join the list, are clean and judge their fixtures", async () => {
  await using place = openPlace();
  await siteRules(place);
  const list = await runCli(['policy', 'list', '--rules', 'rules'], place);
  expect(list.stdout).toMatch(/\nsite-team-label +low +advisory +mandatory +plan, admission, audit +Every ConfigMap/);
  expect(await runCli(['policy', 'lint', '--rules', 'rules'], place)).toEqual({
    code: 0,
    signal: null,
    stdout: '1 rules, nothing wrong\n',
    stderr: '',
  });
  const { code, stdout } = await runCli(['policy', 'test', '--rules', 'rules'], place);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^1 rules, 3 fixtures, 0 wrong \(\d+\.\d s\)\n$/)]);
});

test('policy lint names file, line, column and code of what is wrong, and exits 2', async () => {
  await using place = openPlace();
  await siteRules(place, changed('control: 2.1.3', 'control: 2.1.9'));
  const { code, stdout, stderr } = await runCli(['policy', 'lint', '--rules', 'rules'], place);
  expect(code).toBe(2);
  expect(stdout).toBe(
    `${join(place.folder, 'rules')}/team.yaml:26:35: [control] mappings[0].control: isms-p has no control '2.1.9': correct it or leave it out\n`,
  );
  expect(stderr).toBe('error: the rules have 1 problems\n');
});

test('policy test names each fixture that is judged otherwise, and exits 1', async () => {
  await using place = openPlace();
  await siteRules(place, changed('finding: no label team', 'finding: no label'));
  const { code, stdout, stderr } = await runCli(
    ['policy', 'test', '--rules', 'rules', '--rule', 'site-team-label'],
    place,
  );
  expect(code).toBe(1);
  expect(stdout).toContain(
    `${join(place.folder, 'rules')}/team.yaml:35: site-team-label: the fixture 'no label' fails with 'no label team', and says 'no label'\n1 rules, 3 fixtures, 1 wrong`,
  );
  expect(stderr).toContain('error: 1 fixtures are judged otherwise than they say\n');
});

test('a folder of rules that is wrong stops a command before it does anything, with every problem', async () => {
  await using place = openPlace();
  await siteRules(place, changed('severity: low', 'severity: grave'));
  const { code, stdout, stderr } = await runCli(['policy', 'list', '--rules', 'rules'], place);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('error: the rules have a problem\n');
  expect(stderr).toContain(
    'team.yaml:10:11: severity: is not accepted here: choose one of critical, high, medium, low',
  );
});

test('policy explain says which part of the expression was false, and with which values, object by object', async () => {
  await using place = openPlace();
  await writeFile(join(place.folder, 'pods.yaml'), PODS);
  const { code, stdout } = await runCli(['policy', 'explain', 'pod-no-privileged', '--object', 'pods.yaml'], place);
  expect(code).toBe(0);
  expect(stdout).toContain('v1 Pod app (line 1): ✘ fails\n  container bad: securityContext.privileged=true\n');
  expect(stdout).toContain('false  <-  c.securityContext.privileged == false\n');
  expect(stdout).not.toContain('[c = good');
  expect(stdout).toContain('v1 Service web (line 9): - not judged: the rule does not look at it\n');
  expect(stdout).toContain('v1 Pod fine (line 13): ✔ passes\n');
  const json = await runCli(['policy', 'explain', 'pod-no-privileged', '--object', 'pods.yaml', '-o', 'json'], place);
  expect(JSON.parse(json.stdout)).toMatchObject({
    rule: 'pod-no-privileged',
    enforcement: 'mandatory',
    objects: [
      { name: 'app', verdict: 'fail', why: { value: 'false' } },
      { name: 'web', verdict: 'skip' },
      { name: 'fine', verdict: 'pass' },
    ],
  });
});

test('for a rule about a namespace the other objects of the file are what is in it', async () => {
  await using place = openPlace();
  const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: tb-x7k2p9 }\n';
  const policy =
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: deny, namespace: NS }\nspec: { podSelector: {}, policyTypes: [Ingress, Egress] }\n';
  const verdictWith = async (content: string): Promise<unknown> => {
    await writeFile(join(place.folder, 'set.yaml'), content);
    const { stdout } = await runCli(
      ['policy', 'explain', 'ns-default-deny-network', '--object', 'set.yaml', '-o', 'json'],
      place,
    );
    return JSON.parse(stdout);
  };
  expect(await verdictWith(namespace)).toMatchObject({ objects: [{ verdict: 'fail' }] });
  expect(await verdictWith(`${namespace}---\n${policy.replace('NS', 'tb-x7k2p9')}`)).toMatchObject({
    objects: [{ verdict: 'pass' }, { verdict: 'skip' }],
  });
  expect(await verdictWith(`${namespace}---\n${policy.replace('NS', 'other')}`)).toMatchObject({
    objects: [{ verdict: 'fail' }, { verdict: 'skip' }],
  });
});

test('what a Secret holds is shown by no explanation', async () => {
  await using place = openPlace();
  const rule = changed('[v1/ConfigMap]', '[v1/Secret]')
    .replace(
      /has\(object\.metadata\.labels\)[^]*?labels\n/,
      "object.stringData.key == params.data['site-team-label.label']\n",
    )
    .replaceAll('kind: ConfigMap, ', 'kind: Secret, ');
  await siteRules(place, rule);
  await writeFile(
    join(place.folder, 'secret.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { key: 'hunter2-very' } }),
  );
  const { code, stdout, stderr } = await runCli(
    ['policy', 'explain', 'site-team-label', '--rules', 'rules', '--object', 'secret.json', '-o', 'yaml'],
    place,
  );
  expect(code).toBe(0);
  expect(stdout).toContain('verdict: fail');
  expect(stdout).toContain('[secret]');
  expect(`${stdout}${stderr}`).not.toContain('hunter2');
});

test.each([
  ['a file that is not there', undefined, "pods.yaml': the file can't be read"],
  ['broken YAML', 'a: [1\n', "can't be read as YAML"],
  ['a key twice', 'a: 1\na: 2\n', "2:1: the field 'a' stands here twice"],
  ['no object', '- 1\n', 'holds no object'],
  ['too much', `# ${'x'.repeat(1024 * 1024)}\n`, 'more than 1024 KiB'],
  [
    'aliases without end',
    `a: &a [1]\n${Array.from({ length: 9 }, (_, at) => `${'bcdefghij'.charAt(at)}: &${'bcdefghij'.charAt(at)} [${Array.from({ length: 9 }, () => `*${'abcdefghi'.charAt(at)}`).join(', ')}]`).join('\n')}\n`,
    'refers to itself too often',
  ],
])('policy explain refuses %s as a wrong call', async (_, content, words) => {
  await using place = openPlace();
  if (content !== undefined) await writeFile(join(place.folder, 'pods.yaml'), content);
  const { code, stdout, stderr } = await runCli(
    ['policy', 'explain', 'pod-no-privileged', '--object', 'pods.yaml'],
    place,
  );
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(words);
});

test('each rule has a page of the reference, and each control catalogue', async () => {
  await using place = openPlace();
  const { stdout } = await runCli(['policy', 'list', '-o', 'json'], place);
  const pages = await Promise.all(
    [...stdout.matchAll(/"id": "([a-z0-9-]+)"/g)].map(([, id = '']) =>
      readFile(join(__dirname, '..', '..', 'docs', 'reference', 'rules', `${id}.md`), 'utf8'),
    ),
  );
  expect(pages.length).toBeGreaterThan(60);
});
