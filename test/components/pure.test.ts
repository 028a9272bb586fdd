import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberAccountName, requireDistinctMembers, rolesOf } from '../../components/access-objects';
import { secretSource } from '../../components/database/credentials';
import { imageReference } from '../../components/images';
import { podSecurityLabels, testbedNamespace } from '../../components/namespace';
import { allowDns, allowEgress, allowSameNamespace, defaultDeny } from '../../components/network-policies';
import { bytesOf } from '../../components/quantity';
import { hardLimits, limitRange, priorityQuota, resourceQuota } from '../../components/quota';
import { SIZES, type SizeName } from '../../components/sizes';

const ID = 'tb-x7k2p9';
const NAMES = Object.keys(SIZES) as SizeName[];
const millicores = (cpu: string): number => (cpu.endsWith('m') ? Number(cpu.slice(0, -1)) : Number(cpu) * 1000);

describe('sizes', () => {
  it('ask for at most 25m CPU a pod in the smallest', () => {
    expect(SIZES.small.container.request.cpu).toBe('25m');
    expect(SIZES.small.database.request.cpu).toBe('25m');
  });

  it.each(NAMES)('of %s request memory as they limit it, and never more than the most', (name) => {
    const { container, database } = SIZES[name];
    for (const part of [container, database]) {
      expect(part.request.memory).toBe(part.limit.memory);
      expect(millicores(part.request.cpu)).toBeLessThanOrEqual(millicores(part.limit.cpu));
      expect(millicores(part.limit.cpu)).toBeLessThanOrEqual(millicores(container.max.cpu));
      expect(bytesOf(part.limit.memory)).toBeLessThanOrEqual(bytesOf(container.max.memory) ?? 0n);
      expect(bytesOf(part.limit.ephemeralStorage)).toBeLessThanOrEqual(bytesOf(container.max.ephemeralStorage) ?? 0n);
    }
  });

  it.each(NAMES)('of %s have room for the database and a container of the largest kind beside it', (name) => {
    const { quota, container, database } = SIZES[name];
    const cpu = millicores(database.limit.cpu) + millicores(container.max.cpu);
    expect(cpu).toBeLessThanOrEqual(millicores(quota.cpu.limits));
    const memory = (bytesOf(database.limit.memory) ?? 0n) + (bytesOf(container.max.memory) ?? 0n);
    expect(memory).toBeLessThanOrEqual(bytesOf(quota.memory.limits) ?? 0n);
  });
});

describe('the quota', () => {
  it.each(NAMES)('of %s bounds everything that a testbed can use up, and opens no port on nodes', (name) => {
    expect(Object.keys(hardLimits(SIZES[name])).toSorted()).toEqual([
      'configmaps',
      'count/cronjobs.batch',
      'count/deployments.apps',
      'count/ingresses.networking.k8s.io',
      'count/jobs.batch',
      'count/statefulsets.apps',
      'limits.cpu',
      'limits.ephemeral-storage',
      'limits.memory',
      'persistentvolumeclaims',
      'pods',
      'replicationcontrollers',
      'requests.cpu',
      'requests.ephemeral-storage',
      'requests.memory',
      'requests.storage',
      'resourcequotas',
      'secrets',
      'services',
      'services.loadbalancers',
      'services.nodeports',
    ]);
    expect(hardLimits(SIZES[name])).toMatchObject({ 'services.nodeports': '0', 'services.loadbalancers': '0' });
  });

  it('counts itself', () => {
    const quotas = [resourceQuota(ID, SIZES.small), priorityQuota(ID)];
    expect(hardLimits(SIZES.small)['resourcequotas']).toBe(String(quotas.length));
  });

  it('holds a volume claim to what all claims may hold together', () => {
    expect(limitRange(ID, SIZES.small).spec).toMatchObject({
      limits: [{ type: 'Container' }, { type: 'PersistentVolumeClaim', max: { storage: SIZES.small.quota.storage } }],
    });
  });
});

describe('a quantity', () => {
  it.each([
    ['0', 0n],
    ['1', 1n],
    ['1k', 1000n],
    ['1Ki', 1024n],
    ['100Mi', 104857600n],
    ['10Gi', 10737418240n],
    ['2Ti', 2199023255552n],
  ])('%s is %s bytes', (quantity, bytes) => expect(bytesOf(quantity)).toBe(bytes));

  it.each(['', '1.5Gi', '-1', '1e9', '1Gi ', ' 1Gi', 'Gi', '1gi', '1KiB', '1 Gi', '1Gi\n', '9999999999999999Gi'])(
    '%j is none',
    (quantity) => expect(bytesOf(quantity)).toBeUndefined(),
  );
});

describe('the namespace', () => {
  it('is born with everything by which its pods are judged', () => {
    const facts = { id: ID, name: 'shop', participant: '예시', owner: 'o@agency.example', ends: '2027-03-31' };
    expect(testbedNamespace({ ...facts, grade: 'sensitive' }).metadata).toEqual({
      name: ID,
      labels: {
        'testbed.io/managed': 'true',
        'testbed.io/testbed': ID,
        'testbed.io/component': 'boundary',
        'testbed.io/grade': 'sensitive',
        'testbed.io/role': 'testbed',
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/enforce-version': 'v1.34',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/audit-version': 'v1.34',
        'pod-security.kubernetes.io/warn': 'restricted',
        'pod-security.kubernetes.io/warn-version': 'v1.34',
      },
      annotations: {
        'testbed.io/name': 'shop',
        'testbed.io/participant': '예시',
        'testbed.io/owner': 'o@agency.example',
        'testbed.io/ends': '2027-03-31',
      },
    });
    expect(Object.values(podSecurityLabels())).not.toContain('latest');
  });
});

describe('network policies', () => {
  const egress = (cidr: string) => allowEgress(ID, { name: 'api', cidr, ports: [{ port: 443, protocol: 'TCP' }] }).spec;

  it('close everything in both directions for every pod', () => {
    expect(defaultDeny(ID).spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  it('find the DNS of the cluster by its labels, on port 53 alone', () => {
    expect(allowDns(ID).spec).toMatchObject({
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    });
  });

  it('open nothing of other namespaces, and nothing of our own workloads', () => {
    expect(allowSameNamespace(ID).spec).toEqual({
      podSelector: { matchExpressions: [{ key: 'testbed.io/component', operator: 'DoesNotExist' }] },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: {} }] }],
      egress: [{ to: [{ podSelector: {} }] }],
    });
    expect(JSON.stringify([defaultDeny(ID), allowSameNamespace(ID)])).not.toContain('namespaceSelector');
  });

  it.each([
    ['203.0.113.0/24', undefined],
    ['169.254.0.0/16', ['169.254.169.254/32']],
    ['169.254.169.254/31', ['169.254.169.254/32']],
    ['0.0.0.0/0', ['169.254.169.254/32']],
    ['2001:db8::/32', undefined],
    ['fd00::/8', ['fd00:ec2::254/128']],
    ['::/0', ['fd00:ec2::254/128']],
  ])('leave the metadata address out of %s', (cidr, except) => {
    const ipBlock = { cidr, ...(except === undefined ? {} : { except }) };
    expect(egress(cidr)).toEqual({
      podSelector: { matchExpressions: [{ key: 'testbed.io/component', operator: 'DoesNotExist' }] },
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock }], ports: [{ protocol: 'TCP', port: 443 }] }],
    });
  });

  it.each(['169.254.169.254/32', 'fd00:ec2::254/128'])('refuse %s', (cidr) =>
    expect(() => egress(cidr)).toThrow('where clouds serve credentials'),
  );

  it.each(['', '10.0.0.0', '10.0.0.0/33', '::/129', 'example.org/8', '10.0.0.0/', '10.0.0.0/8/8x'])(
    'refuse %j, which is no CIDR',
    (cidr) => expect(() => egress(cidr)).toThrow(/is not a CIDR/),
  );

  it('refuse an exception without ports, which would open all', () => {
    expect(() => allowEgress(ID, { name: 'all', cidr: '203.0.113.0/24', ports: [] })).toThrow('names no port');
  });

  it('never let an exception reach the metadata address', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.nat(32), (address, prefix) => {
        const octets = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
        const mask = prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0;
        const contains = (address & mask) >>> 0 === (0xa9fea9fe & mask) >>> 0;
        if (prefix === 32 && contains) return;
        expect(JSON.stringify(egress(`${octets}/${prefix}`)).includes('169.254.169.254/32')).toBe(contains);
      }),
    );
  });
});

describe('the identity of a member', () => {
  it('is opaque, fits into a label and does not depend on the case of the address', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (member) => {
        const name = memberAccountName(ID, member);
        expect(name).toMatch(/^tb-x7k2p9-[0-9a-f]{8}$/);
        expect(memberAccountName(ID, member.toUpperCase().toLowerCase())).toBe(
          memberAccountName(ID, member.toLowerCase()),
        );
      }),
    );
  });

  it('belongs to one member', () => {
    expect(() => requireDistinctMembers(ID, ['a@x.example', 'b@x.example'])).not.toThrow();
    expect(() => requireDistinctMembers(ID, ['a@x.example', 'A@x.example'])).toThrow('would share the identity');
  });

  it('has exec and forward at grade open alone', () => {
    expect(rolesOf('open')).toEqual(['testbed-developer', 'testbed-developer-open']);
    expect(rolesOf('sensitive')).toEqual(['testbed-developer']);
  });
});

describe('generated secrets', () => {
  const seed = Buffer.alloc(32, 1).toString('base64');

  it('have 192 bits behind a known prefix, in characters that need no quoting', () => {
    for (const make of [secretSource(), secretSource(seed)])
      expect(make('tb-x7k2p9/database-app')).toMatch(/^tbs_[A-Za-z0-9_-]{32}$/);
  });

  it('come from the seed and the purpose alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(secretSource(seed)(one)).toBe(secretSource(seed)(one));
        expect(secretSource(seed)(one) === secretSource(seed)(other)).toBe(one === other);
      }),
    );
  });

  it('refuse a seed that is too short to be one', () => {
    expect(() => secretSource('c2hvcnQ=')).toThrow('has 5 bytes: give 16 or more');
  });
});

describe('an image', () => {
  it('is the vendor’s by version, or what the site pins', () => {
    expect(imageReference('postgres:15')).toBe('docker.io/library/postgres:15');
    expect(imageReference('postgres:15', { 'postgres:15': 'mirror.example/pg@sha256:aa' })).toBe(
      'mirror.example/pg@sha256:aa',
    );
  });
});
