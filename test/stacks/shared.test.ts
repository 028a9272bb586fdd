import { beforeAll, describe, expect, it } from 'vitest';
import { GRADES } from '../../components/vocabulary';
import { stringAt } from '../../kubernetes/json';
import { anchorOf } from '../../policies/admission/anchor';
import { admissionObjects } from '../../policies/admission/policies';
import { loadCatalogue } from '../../policies/catalogue/load';
import { program } from '../../stacks/shared';
import { databaseOperatorRole, developerOpenRole, developerRole, provisionerRole } from '../../stacks/shared-roles';
import { record, type RecordedResource, type Recording } from '../support/recording-monitor';

// The recording monitor stands in for the engine; that a cluster takes these objects is proved where the stack is brought up.

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** `group/resource verb` of every rule, one a line; names in brackets. */
function rightsOf(role: { rules?: unknown }): string[] {
  const rules = role.rules as readonly Rule[];
  return rules.flatMap(({ apiGroups = [], resources = [], resourceNames, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.map((verb) => `${group}/${resource}${resourceNames ? `[${resourceNames.join(',')}]` : ''} ${verb}`),
      ),
    ),
  );
}

describe('the stack that a cluster shares', () => {
  let recording: Recording;
  let objects: readonly RecordedResource[];
  const kindsAndNames = (resources: readonly RecordedResource[]): string[] =>
    resources.map(({ inputs }) => {
      const metadata = inputs['metadata'];
      const namespace = stringAt(metadata, 'namespace');
      const place = namespace === undefined ? '' : `${namespace}/`;
      return `${stringAt(inputs, 'kind')} ${place}${stringAt(metadata, 'name')}`;
    });

  beforeAll(async () => {
    recording = await record(() => program({ admins: ['kubernetes-admin'] }), 'shared');
    objects = recording.resources.filter(({ type }) => type.startsWith('kubernetes:'));
  });

  it('holds exactly these objects', () => {
    const standing = ['testbed-access', 'testbed-preview-open', 'testbed-preview-sensitive'];
    const rails = ['managed-objects', 'inside-testbeds', 'namespace-keys', 'system-namespace', 'standing-namespaces'];
    const { policies, parameters } = admissionObjects(loadCatalogue(), { minor: '1.34' });
    expect(kindsAndNames(objects).toSorted()).toEqual(
      [
        ...standing.flatMap((name) => [
          `Namespace ${name}`,
          `ResourceQuota ${name}/testbed-standing`,
          `NetworkPolicy ${name}/testbed-standing`,
        ]),
        ...rails.flatMap((name) => [
          `ValidatingAdmissionPolicy testbed-${name}`,
          `ValidatingAdmissionPolicyBinding testbed-${name}`,
        ]),
        ...policies.flatMap(({ policy, bindings }) => [
          `ValidatingAdmissionPolicy ${policy.metadata.name}`,
          ...bindings.map(({ metadata }) => `ValidatingAdmissionPolicyBinding ${metadata.name}`),
        ]),
        ...GRADES.map((grade) => `ConfigMap testbed-system/${parameters[grade].metadata.name}`),
        `ConfigMap testbed-system/${anchorOf({ policies, parameters }).canary}`,
        'ValidatingAdmissionPolicy testbed-rules-anchor',
        'ValidatingAdmissionPolicyBinding testbed-rules-anchor',
        'ClusterRole testbed-database-operator',
        'ClusterRole testbed-developer',
        'ClusterRole testbed-developer-open',
        'ClusterRole testbed-provisioner',
        'ClusterRoleBinding testbed-provisioner',
        'Role testbed-access/testbed-provisioner',
        'RoleBinding testbed-access/testbed-provisioner',
        'ServiceAccount testbed-system/testbed-provisioner',
      ].toSorted(),
    );
  });

  it('marks all of them as managed, and as no testbed’s', () => {
    for (const { inputs, name } of objects) {
      const labels: unknown = Reflect.get(Object(inputs['metadata']), 'labels');
      expect(labels, name).toMatchObject({ 'testbed.io/managed': 'true', 'testbed.io/component': 'shared' });
      expect(labels, name).not.toHaveProperty('testbed.io/testbed');
    }
  });

  it('gives its namespaces a role, and those for previews a grade', () => {
    const namespaces = objects.filter(({ type }) => type === 'kubernetes:core/v1:Namespace');
    expect(
      namespaces
        .map(({ inputs }) => Reflect.get(Object(inputs['metadata']), 'labels') as Record<string, string>)
        .map((labels) => [
          labels['testbed.io/role'],
          labels['testbed.io/grade'],
          labels['pod-security.kubernetes.io/enforce'],
        ]),
    ).toEqual([
      ['access', undefined, 'restricted'],
      ['preview', 'open', 'restricted'],
      ['preview', 'sensitive', 'restricted'],
    ]);
  });

  it('lets the provisioner act only after every guard rail', () => {
    const rails = objects.filter(({ type }) => type.endsWith(':ValidatingAdmissionPolicyBinding'));
    const byUrn = new Map(objects.map((object) => [object.urn, object]));
    const awaited = (object: RecordedResource, seen = new Set<string>()): Set<string> => {
      for (const urn of object.dependencies) {
        const next = byUrn.get(urn);
        if (next === undefined || seen.has(urn)) continue;
        seen.add(urn);
        awaited(next, seen);
      }
      return seen;
    };
    for (const binding of objects.filter(({ type }) => /:(Cluster)?RoleBinding$/.test(type)))
      for (const rail of rails) expect(awaited(binding).has(rail.urn), `${binding.name} after ${rail.name}`).toBe(true);
  });

  it('lets through the users that a site names', () => {
    const policies = objects.filter(({ type }) => type.endsWith(':ValidatingAdmissionPolicy'));
    const conditions = policies
      .map(({ inputs }) => JSON.stringify(inputs))
      .filter((text) => text.includes("'kubernetes-admin'"));
    expect(conditions).toHaveLength(4);
  });
});

describe('the developer’s role', () => {
  const rights = [...rightsOf(developerRole()), ...rightsOf(developerOpenRole())];

  it('has no right that reaches past its own workloads', () => {
    const reached = rights.filter((right) =>
      /\*|ephemeralcontainers|attach|proxy|binding|eviction|status|scale|token|serviceaccounts|roles|namespaces|nodes|daemonsets|ingresses|endpoint|impersonate|escalate|bind$/.test(
        right,
      ),
    );
    expect(reached).toEqual([]);
  });

  it('reads a Secret by name and never lists them', () => {
    expect(rights.filter((right) => right.startsWith('/secrets')).toSorted()).toEqual(
      ['create', 'delete', 'get', 'patch', 'update'].map((verb) => `/secrets ${verb}`),
    );
  });

  it('changes none of what bounds it', () => {
    const bounds = rights.filter((right) =>
      /resourcequotas|limitranges|networkpolicies|events|replicasets/.test(right),
    );
    expect(bounds.filter((right) => !/ (get|list|watch)$/.test(right))).toEqual([]);
  });

  it('forwards ports at every grade, and has exec only as what grade open adds', () => {
    expect(rightsOf(developerOpenRole()).toSorted()).toEqual(['/pods/exec create', '/pods/exec get']);
    expect(rightsOf(developerRole()).filter((right) => /exec|forward/.test(right))).toEqual([
      '/pods/portforward create',
      '/pods/portforward get',
    ]);
  });
});

describe('the role for backups', () => {
  it('runs commands in the pod of the database and does nothing else', () => {
    expect(databaseOperatorRole().rules).toEqual([
      { apiGroups: [''], resources: ['pods/exec'], resourceNames: ['database-0'], verbs: ['create', 'get'] },
    ]);
  });
});

describe('the provisioner’s role', () => {
  const rights = rightsOf(provisionerRole());

  it('reads no Secret, makes no role, and gives only the fixed ones', () => {
    expect(rights.filter((right) => right.startsWith('/secrets')).toSorted()).toEqual(
      ['create', 'delete', 'patch'].map((verb) => `/secrets ${verb}`),
    );
    expect(rights.filter((right) => right.includes('roles'))).toEqual([
      'rbac.authorization.k8s.io/clusterroles[testbed-developer,testbed-developer-open,testbed-database-operator] bind',
    ]);
  });

  it('ends what runs in a testbed, and makes or changes none of it but what it provisions', () => {
    const workloads = rights.filter((right) =>
      /\/(pods|persistentvolumeclaims|deployments|jobs|cronjobs) /.test(right),
    );
    expect(new Set(workloads.map((right) => right.split(' ')[1]))).toEqual(new Set(['delete', 'get', 'list', 'watch']));
    expect(workloads).toHaveLength(20);
  });

  it('has no wildcard, no escalation and nobody else’s identity', () => {
    expect(rights.filter((right) => /\*|escalate|impersonate|token|exec|certificates|admission/.test(right))).toEqual(
      [],
    );
  });
});
