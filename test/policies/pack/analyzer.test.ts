import { join } from 'node:path';
import { EnforcementLevel, PolicySeverity, PolicyType } from '@pulumi/pulumi/proto/analyzer_pb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { readShipped } from '../../../policies/catalogue/shipped';
import type { Fixture, Rule } from '../../../policies/rule';
import { ROOT } from '../../scripts/run-cli';
import { ruleFolder, SITE_RULE } from '../catalogue/support';
import { isAdmitted, startPack, urnOf, type RunningPack, type Sent } from './running-pack';

/* The executable pack as a process, asked over its port as the CLI asks; the CLI itself is in cli.test.ts. */
let pack: RunningPack;
beforeAll(async () => {
  pack = await startPack();
});
afterAll(() => pack[Symbol.asyncDispose]());

const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
const SETTINGS = 'testbed-settings';
const OFF = EnforcementLevel.DISABLED;
const { ADVISORY, MANDATORY } = EnforcementLevel;

/** The configuration that nobody wrote: back to the shipped rules. */
const unset = (): Promise<void> => pack.configure({ [SETTINGS]: { level: OFF } });
/* Each test begins with the shipped rules, in whatever order they run: a configuration stays in the process. */
beforeEach(unset);
const grade = (name: string): Promise<void> =>
  pack.configure({ [SETTINGS]: { level: OFF, properties: { grade: name } } });

const pod = (container: object, metadata: object = {}): Sent => ({
  type: 'kubernetes:core/v1:Pod',
  properties: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', namespace: 'tb-abc123', ...metadata },
    spec: { containers: [container] },
  },
});
const namespace = (labels: object): Sent => ({
  type: 'kubernetes:core/v1:Namespace',
  name: 'namespace',
  properties: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tb-abc123', labels } },
});
const rulesAt = (
  told: { readonly found: readonly { readonly rule: string; readonly level: string }[] },
  rule: string,
): string[] => told.found.filter((one) => one.rule === rule).map(({ level }) => level);

describe('the pack tells of itself', () => {
  it('every rule of the plan with levels of the stricter grade, severity, both languages, remedy and controls', async () => {
    const info = await pack.info();
    const rules = loadCatalogue().rules.filter(({ points }) => points.includes('plan'));
    expect(info.getSupportsconfig()).toBe(true);
    expect(info.getPoliciesList().map((policy) => policy.getName())).toEqual([SETTINGS, ...rules.map(({ id }) => id)]);
    const one = info.getPoliciesList().find((policy) => policy.getName() === 'pod-no-privileged');
    const rule = rules.find(({ id }) => id === 'pod-no-privileged');
    expect(one?.toObject()).toMatchObject({
      displayname: `${rule?.title.en} / ${rule?.title.ko}`,
      description: `${rule?.title.en} / ${rule?.title.ko}`,
      remediationSteps: `${rule?.message.en} / ${rule?.message.ko}`,
      enforcementlevel: MANDATORY,
      severity: PolicySeverity.POLICY_SEVERITY_CRITICAL,
      policyType: PolicyType.POLICY_TYPE_RESOURCE,
    });
    expect(one?.getTagsList()).toHaveLength(rule?.mappings.length ?? 0);
    expect(one?.getTagsList()).toContain('cis-kubernetes 5.2.2');
  });

  it('what a parameter may be, without a value of its own', async () => {
    const policies = (await pack.info()).getPoliciesList();
    const allowed = policies.find((policy) => policy.getName() === 'image-registry-allowlist');
    const schema = allowed?.getConfigschema()?.getProperties()?.toJavaScript();
    expect(schema).toMatchObject({ registries: { type: 'array', items: { type: 'string' } } });
    expect(JSON.stringify(policies.map((policy) => policy.getConfigschema()?.toObject()))).not.toContain('"default"');
  });
});

describe('a resource', () => {
  it('is refused with object, field, value and remedy in both languages', async () => {
    const told = await pack.analyze(pod({ name: 'app', securityContext: { privileged: true } }));
    const [one] = told.found.filter(({ rule }) => rule === 'pod-no-privileged');
    expect(one).toEqual({
      rule: 'pod-no-privileged',
      level: 'mandatory',
      urn: urnOf(pod({})),
      message: [
        'Pod tb-abc123/app: container app: securityContext.privileged=true',
        'a privileged container is root on its node; take securityContext.privileged away',
        '특권 컨테이너는 노드의 root 권한을 갖습니다. securityContext.privileged를 제거하십시오',
      ].join('\n'),
    });
  });

  it('with a value that is not known yet is let through, told, and refused where that does not matter', async () => {
    const told = await pack.analyze(pod({ name: 'app', securityContext: { privileged: UNKNOWN } }));
    expect(rulesAt(told, 'pod-no-privileged')).toEqual(['advisory']);
    expect(told.found.find(({ rule }) => rule === 'pod-no-privileged')?.message).toBe(
      'Pod tb-abc123/app: known only after creation (object.spec.containers[0].securityContext.privileged)\n' +
        'Pod tb-abc123/app: 생성된 뒤에야 알 수 있습니다(object.spec.containers[0].securityContext.privileged)',
    );
    const both = pod({ name: 'app', securityContext: { privileged: true, procMount: UNKNOWN } });
    expect(rulesAt(await pack.analyze(both), 'pod-no-privileged')).toEqual(['mandatory']);
  });

  it('says which rules do not look at it, so that nobody counts them as passed', async () => {
    const told = await pack.analyze(namespace({}));
    expect(told.notApplicable).toContain('pod-no-privileged');
    expect(told.notApplicable).not.toContain('ns-psa-enforce');
    const component = await pack.analyze({ type: 'kubernetes:yaml/v2:ConfigGroup', provider: null, properties: {} });
    expect(component.found).toEqual([]);
    expect(component.notApplicable).toContain('pulumi-explicit-provider');
  });

  it('without a provider of the program is refused, however the engine calls its own', async () => {
    const at = async (provider: string): Promise<string[]> =>
      rulesAt(await pack.analyze({ ...pod({ name: 'app' }), provider }), 'pulumi-explicit-provider');
    expect(await at('default')).toEqual(['mandatory']);
    expect(await at('default_4_34_2')).toEqual(['mandatory']);
    expect(await at('cluster')).toEqual([]);
    const provider = { type: 'pulumi:providers:kubernetes', provider: null, properties: { kubeconfig: 'in clear' } };
    expect(rulesAt(await pack.analyze(provider), 'pulumi-secret-inputs-marked')).toEqual(['mandatory']);
  });
});

describe('the grade', () => {
  const writable = pod({ name: 'app' });
  const rule = 'pod-readonly-root-filesystem';

  it('is the stricter one unless it is configured, of the object or of its namespace', async () => {
    expect(rulesAt(await pack.analyze(writable), rule)).toEqual(['mandatory']);
    expect(rulesAt(await pack.analyze(pod({ name: 'app' }, { labels: { 'testbed.io/grade': 'open' } })), rule)).toEqual(
      ['advisory'],
    );
    await grade('open');
    expect(rulesAt(await pack.analyze(writable), rule)).toEqual(['advisory']);
    await pack.analyze(namespace({ 'testbed.io/grade': 'sensitive' }));
    expect(rulesAt(await pack.analyze(writable), rule)).toEqual(['mandatory']);
  });

  it('of a namespace that comes by after its objects is made up for at the end', async () => {
    await grade('open');
    const late = namespace({ 'testbed.io/grade': 'sensitive' });
    await pack.analyze(writable);
    await pack.analyze(late);
    const told = await pack.analyzeStack([writable, late]);
    expect(rulesAt(told, rule)).toEqual(['mandatory']);
    // What was told already is not told again.
    expect(rulesAt(told, 'pod-no-privilege-escalation')).toEqual([]);
  });
});

describe('the whole stack', () => {
  it('is judged by set rules, with the inputs that came by', async () => {
    const open = namespace({ 'testbed.io/grade': 'open' });
    const policy: Sent = {
      type: 'kubernetes:networking.k8s.io/v1:NetworkPolicy',
      name: 'deny',
      properties: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'deny', namespace: 'tb-abc123' },
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      },
    };
    for (const one of [open, policy]) await pack.analyze(one);
    expect(rulesAt(await pack.analyzeStack([open]), 'ns-default-deny-network')).toEqual(['mandatory']);
    // A preview may know no outputs; the inputs are what counts.
    const bare = [open, policy].map((one) => ({ ...one, properties: {} }));
    const told = await pack.analyzeStack(bare);
    expect(rulesAt(told, 'ns-default-deny-network')).toEqual([]);
    expect(told.notApplicable).not.toContain('ns-default-deny-network');
  });
});

describe('a configuration', () => {
  it('sets parameters and makes rules stricter', async () => {
    await pack.configure({
      'image-registry-allowlist': { level: MANDATORY, properties: { registries: ['registry.example'] } },
      'pod-health-probes': { level: MANDATORY },
    });
    const told = await pack.analyze(pod({ name: 'app', image: 'registry.example/app:1' }));
    expect(rulesAt(told, 'image-registry-allowlist')).toEqual([]);
    expect(rulesAt(told, 'pod-health-probes')).toEqual(['mandatory']);
  });

  it('brings the rules of a site', async () => {
    using folder = ruleFolder({ 'team/site-team-label.yaml': SITE_RULE });
    await pack.configure({ [SETTINGS]: { level: OFF, properties: { rules: folder.path } } });
    const map = {
      type: 'kubernetes:core/v1:ConfigMap',
      properties: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
    };
    expect(rulesAt(await pack.analyze(map), 'site-team-label')).toEqual(['mandatory']);
  });

  it.each([
    [
      { 'pod-no-privileged': { level: ADVISORY } },
      'pod-no-privileged is mandatory: a configuration can make rules stricter, never weaker / ',
    ],
    [{ 'pod-no-privilegde': { level: ADVISORY } }, "there is no rule 'pod-no-privilegde': take it out / "],
    [
      { 'image-registry-allowlist': { level: MANDATORY, properties: { registrys: ['a'] } } },
      "image-registry-allowlist has no parameter 'registrys' of this form / ",
    ],
    [
      { [SETTINGS]: { level: OFF, properties: { grade: 'classified' } } },
      "testbed-settings takes 'grade' (open or sensitive) and 'rules' (a folder): look at 'grade' / ",
    ],
    [
      { [SETTINGS]: { level: OFF, properties: { rules: './rules' } } },
      "the folder of rules './rules' is no absolute path: ",
    ],
  ])('is refused when it cannot be taken: %o', async (given, message) => {
    await expect(pack.configure(given)).rejects.toMatchObject({ details: expect.stringContaining(message) as string });
  });
});

const docker = readShipped().files.flatMap(({ rule, fixtures }) => {
  const [token] = rule.match.flatMap((matched) => (matched.type === 'pulumi' ? [matched.token] : []));
  return token === undefined || !rule.id.startsWith('docker-') ? [] : [{ rule, fixtures, token }];
});

describe('every fixture of a rule about Docker', () => {
  let own: RunningPack;
  beforeAll(async () => {
    own = await startPack();
  });
  afterAll(() => own[Symbol.asyncDispose]());

  /** What the rule finds in a resource that is the fixture's object. */
  async function findings({ rule, token }: (typeof docker)[number], { object, params }: Fixture): Promise<string[]> {
    if (params !== undefined) await own.configure({ [SETTINGS]: { level: OFF }, [rule.id]: configured(rule, params) });
    const told = await own.analyze({ type: token, properties: object });
    if (params !== undefined) await own.configure({ [SETTINGS]: { level: OFF } });
    return told.found
      .filter((one) => one.rule === rule.id)
      .map(({ message }) => message.split('\n')[0]?.replace(`${token} it: `, '') ?? '');
  }

  it.each(docker)('is judged by the pack as it says: $rule.id', async (file) => {
    for (const fixture of file.fixtures.pass) expect(await findings(file, fixture), fixture.name).toEqual([]);
    for (const fixture of file.fixtures.fail)
      expect(await findings(file, fixture), fixture.name).toEqual([fixture.finding]);
  });

  it('is there', () => {
    expect(docker.length).toBeGreaterThanOrEqual(16);
  });
});

function configured(
  rule: Rule,
  params: Readonly<Record<string, string>>,
): { level: EnforcementLevel; properties: object } {
  const properties = Object.entries(params).map(([key, value]) => {
    const name = key.slice(key.indexOf('.') + 1);
    const isList = rule.params.find((param) => param.name === name)?.type === 'list';
    return [name, isList ? value.split('\n').filter((item) => item !== '') : value];
  });
  return {
    level: rule.enforcement.sensitive === 'mandatory' ? MANDATORY : ADVISORY,
    properties: Object.fromEntries(properties),
  };
}

describe('the process of the pack', () => {
  it('lets two connections in and ends with the last of them', async () => {
    const own = await startPack();
    expect(await isAdmitted(own.port)).toBe(true);
    expect(await isAdmitted(own.port)).toBe(false);
    await own[Symbol.asyncDispose]();
    expect(await own.ended).toBe(0);
  });

  it('is started by the vendor’s own loader of packs as well', async () => {
    const loader = join(ROOT, 'node_modules/@pulumi/pulumi/cmd/run-policy-pack');
    const own = await startPack([process.execPath, loader, '127.0.0.1:1', join(ROOT, 'bin/policy-pack')]);
    expect((await own.info()).getName()).toBe('testbed-baseline');
    expect(
      rulesAt(await own.analyze(pod({ name: 'a', securityContext: { privileged: true } })), 'pod-no-privileged'),
    ).toEqual(['mandatory']);
    await own[Symbol.asyncDispose]();
  });
});
