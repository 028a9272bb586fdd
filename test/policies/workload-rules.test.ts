import { describe, expect, it } from 'vitest';
import { GRADES, type Grade } from '../../components/vocabulary';
import { loadCatalogue } from '../../policies/catalogue/load';
import { createEvaluator, type JudgedObject } from '../../policies/evaluation';
import { judgedObject } from '../../policies/lint/judged-json';
import type { Rule } from '../../policies/rule';
import { admittedSpec, manifestsOf, recordTestbed } from '../support/testbed-recording';

const catalogue = loadCatalogue();
const evaluator = createEvaluator({ variables: catalogue.variables });
const rules = catalogue.rules.filter(({ id }) =>
  ['workload', 'image'].includes(catalogue.origins.get(id)?.topic ?? ''),
);

function matches(rule: Rule, { kind, apiVersion }: JudgedObject): boolean {
  return rule.match.some(
    (one) =>
      one.type === 'kind' &&
      one.kind === kind &&
      (one.group === '' ? one.version : `${one.group}/${one.version}`) === apiVersion,
  );
}

/** Rules that an object does not pass, with what they found. */
function findings(object: JudgedObject, grade: Grade, which: (rule: Rule) => boolean = () => true): string[] {
  return evaluator
    .judge(
      rules.filter((rule) => matches(rule, object) && which(rule)),
      { object, params: catalogue.params[grade] },
    )
    .flatMap(({ rule, verdict, finding, reason }) =>
      verdict === 'pass' ? [] : [`${rule}: ${verdict} ${finding ?? reason ?? ''}`],
    );
}

async function ownObjects(grade: Grade): Promise<JudgedObject[]> {
  const recording = await recordTestbed(admittedSpec({ grade, database: { engine: 'postgresql', version: 15 } }));
  return manifestsOf(recording).map((manifest) => {
    const object = judgedObject(manifest);
    if (object === undefined) throw new Error('a manifest is no object');
    return object;
  });
}

describe("the platform's own objects", () => {
  it.each(GRADES)('pass every mandatory rule of workloads and images at grade %s', async (grade) => {
    const objects = await ownObjects(grade);
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['StatefulSet', 'ConfigMap', 'ServiceAccount']),
    );
    expect(
      objects.flatMap((object) => findings(object, grade, (rule) => rule.enforcement[grade] === 'mandatory')),
    ).toEqual([]);
  });

  it.each(GRADES)('are minded by one advisory rule at grade %s: a site pins the digest', async (grade) => {
    const objects = await ownObjects(grade);
    expect(objects.flatMap((object) => findings(object, grade))).toEqual([
      'image-pinned-by-digest: fail container postgresql: image docker.io/library/postgres:15',
    ]);
  });
});

describe('objects that no fixture can hold', () => {
  it('lets the account through that a controller makes with a namespace, before anybody could set it right', () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
    expect(findings(account, 'sensitive')).toEqual([]);
    expect(findings({ ...account, metadata: { name: 'defaults' } }, 'sensitive')).toEqual([
      'sa-token-not-automounted: fail service account: automountServiceAccountToken=unset',
    ]);
  });

  it('judges an ephemeral container like any other', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'app' },
      spec: {
        containers: [],
        ephemeralContainers: [
          { name: 'debugger', image: 'elsewhere.example/tools', securityContext: { privileged: true } },
        ],
      },
    };
    const minded = findings(pod, 'open').map((found) => found.split(':', 1)[0]);
    expect(minded).toEqual(
      expect.arrayContaining([
        'image-registry-allowlist',
        'image-tag-fixed',
        'pod-drop-all-capabilities',
        'pod-no-privilege-escalation',
        'pod-no-privileged',
        'pod-run-as-non-root',
        'pod-seccomp-runtime-default',
      ]),
    );
    // The API takes no resources for one.
    expect(minded).not.toContain('pod-resource-limits');
  });

  it('searches 50,000 characters by patterns, and more of them for private keys only', () => {
    const settings = (text: string, length: number): JudgedObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { large: 'x'.repeat(length - text.length), text },
    });
    const found = ['secret-not-in-clear: fail data text'];
    expect(findings(settings('password=hunter2', 50_000), 'open')).toEqual(found);
    expect(findings(settings('password=hunter2', 50_001), 'open')).toEqual([]);
    expect(findings(settings('-----BEGIN RSA PRIVATE KEY-----', 50_001), 'open')).toEqual(found);
  });
});
