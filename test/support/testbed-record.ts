import type { TestbedRecord } from '../../operations/records';

/** A record as `up` would make it, of a testbed that is on no cluster. */
export function testbedRecord(name: string, id: string, fields: Partial<TestbedRecord> = {}): TestbedRecord {
  return {
    version: 1,
    id,
    name,
    participant: 'participant',
    owner: 'owner@startup.example',
    members: ['owner@startup.example'],
    grade: 'open',
    size: 'small',
    ends: '2030-01-01',
    cluster: { kind: 'embedded', server: 'https://127.0.0.1:6443', uid: 'uid' },
    infrastructure: 'provisioning',
    components: '1.0.0',
    createdAt: '2026-01-01T00:00:00.000Z',
    changedAt: '2026-01-01T00:00:00.000Z',
    outputs: {},
    ...fields,
  };
}
