import { describe, expect, it } from 'vitest';
import { dueCredentials } from '../../operations/database-credentials';
import { requireDatabase } from '../../operations/database-known';
import { asJson } from '../../operations/program';
import type { TestbedRecord } from '../../operations/records';
import { admittedSpec } from '../support/testbed-recording';

const NOW = new Date('2027-01-15T00:00:00Z');
const database = { engine: 'postgresql', version: 15 };

function recordOf(fields: Partial<TestbedRecord> = {}): TestbedRecord {
  return {
    version: 1,
    id: 'tb-x7k2p9',
    name: 'care-lab',
    participant: '예시 스타트업',
    owner: 'owner@agency.example',
    members: ['a@startup.example'],
    grade: 'open',
    size: 'small',
    ends: '2027-03-31',
    cluster: { kind: 'embedded', server: 'https://127.0.0.1:6443', uid: 'u' },
    infrastructure: 'ready',
    components: '0.1.0',
    createdAt: NOW.toISOString(),
    changedAt: NOW.toISOString(),
    outputs: {},
    ...fields,
  };
}

function ending(days: number): Partial<TestbedRecord> {
  const certificateEnds = new Date(NOW.getTime() + days * 86_400_000).toISOString();
  return { database: { credentials: 3 }, outputs: { database: { certificateEnds } } };
}

describe('the credentials of a database', () => {
  it('are the first where nothing is recorded, as in records of earlier versions', () => {
    expect(dueCredentials(recordOf(), 'keep', NOW)).toBe(1);
  });

  it('stay what they are while the certificate has a third of its life and more', () => {
    expect(dueCredentials(recordOf(ending(400)), 'keep', NOW)).toBe(3);
    expect(dueCredentials(recordOf(ending(244)), 'keep', NOW)).toBe(3);
  });

  it.each([242, 1, 0, -100])('are the next ones when the certificate ends in %i days', (days) => {
    expect(dueCredentials(recordOf(ending(days)), 'keep', NOW)).toBe(4);
  });

  it('are the next ones when somebody asks for it', () => {
    expect(dueCredentials(recordOf(), 'renew', NOW)).toBe(2);
    expect(dueCredentials(recordOf(ending(400)), 'renew', NOW)).toBe(4);
  });
});

describe('the database of a record', () => {
  it('is that of its spec, also after its end', () => {
    const spec = asJson(admittedSpec({ database }));
    expect(requireDatabase(recordOf({ spec, ends: '2020-01-01' })).database).toMatchObject(database);
  });

  it('is missing where the spec has none', () => {
    const spec = asJson(admittedSpec());
    expect(() => requireDatabase(recordOf({ spec }))).toThrow("'care-lab' has no database");
    expect(() => requireDatabase(recordOf())).toThrow("'care-lab' has no database");
  });

  it('is not guessed where the record was written before specs were kept', () => {
    const outputs = { database: { host: 'database.tb-x7k2p9.svc' } };
    expect(() => requireDatabase(recordOf({ outputs }))).toThrow('does not hold its spec');
  });
});
