import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upSpec } from '../../operations/up';
import { readAuditLog, unsafeInstants, type AuditEvent } from '../support/audit-replay';
import { testSurroundings } from '../support/cluster';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';

let site: TestSite;
beforeAll(() => {
  site = openTestSite();
});
afterAll(() => site.close());

/** An event as the API server writes it, for the replay's own proof; times are seconds of one minute. */
function event(second: number, resource: string, name: string, labels?: Record<string, string>): AuditEvent {
  const at = (offset: number): string =>
    `2026-01-01T00:00:${String(second).padStart(2, '0')}.${String(offset).padStart(6, '0')}Z`;
  const namespaced = resource === 'namespaces' ? {} : { namespace: 'tb-abc123' };
  return {
    stage: 'ResponseComplete',
    verb: 'patch',
    requestURI: `/apis/x/${resource}/${name}`,
    objectRef: { resource, name, ...namespaced },
    responseStatus: { code: 201 },
    responseObject: { metadata: labels === undefined ? {} : { labels } },
    requestReceivedTimestamp: at(0),
    stageTimestamp: at(9),
  };
}

const RIGHT_ORDER = [
  event(1, 'namespaces', 'tb-abc123', { 'pod-security.kubernetes.io/enforce': 'restricted' }),
  event(2, 'resourcequotas', 'quota'),
  event(3, 'limitranges', 'limits'),
  event(4, 'networkpolicies', 'default-deny'),
  event(5, 'statefulsets', 'database'),
  event(6, 'rolebindings', 'testbed-developer'),
];

describe('the replay of the audit log', () => {
  it('finds nothing in the right order', async () => {
    expect(await unsafeInstants(RIGHT_ORDER)).toEqual({ unsafe: [], namespaces: 1, judged: 2 });
  });

  it.each([
    ['namespace labels', 0],
    ['resourcequotas', 1],
    ['limitranges', 2],
    ['networkpolicies default-deny', 3],
  ])('finds both the workload and the access when %s never stood', async (rail, index) => {
    const { unsafe } = await unsafeInstants(RIGHT_ORDER.filter((_, position) => position !== index));
    expect(unsafe.map(({ what, missing }) => ({ what, missing }))).toEqual([
      { what: 'patch statefulsets/database', missing: [rail] },
      { what: 'patch rolebindings/testbed-developer', missing: [rail] },
    ]);
  });

  it('finds access that was asked for before the default-deny policy was answered', async () => {
    const early = [...RIGHT_ORDER.slice(0, 4), event(3, 'rolebindings', 'early')];
    expect((await unsafeInstants(early)).unsafe).toEqual([
      {
        namespace: 'tb-abc123',
        what: 'patch rolebindings/early',
        missing: ['limitranges', 'networkpolicies default-deny'],
        at: '2026-01-01T00:00:03.000000Z',
      },
    ]);
  });

  it('does not take a namespace without its labels for a guard rail', async () => {
    const { unsafe } = await unsafeInstants([event(1, 'namespaces', 'tb-abc123', {}), ...RIGHT_ORDER.slice(1)]);
    expect(unsafe.map(({ missing }) => missing)).toEqual([['namespace labels'], ['namespace labels']]);
  });
});

describe('the API server of this run', () => {
  it('saw no access and no workload before its guard rails, for every testbed so far', async () => {
    const names = ['order-minimal', 'order-database'];
    await upSpec(specOf({ name: 'order-minimal' }), site.target, site.surroundings);
    await upSpec(
      specOf({ name: 'order-database', grade: 'sensitive', database: { engine: 'postgresql', version: '15' } }),
      site.target,
      site.surroundings,
    );
    const { unsafe, namespaces, judged } = await unsafeInstants(readAuditLog(testSurroundings().auditLog));
    expect(unsafe).toEqual([]);
    expect(namespaces).toBeGreaterThanOrEqual(names.length);
    // Two bindings at open, one at sensitive, and the database's StatefulSet.
    expect(judged).toBeGreaterThanOrEqual(4);
  });
});
