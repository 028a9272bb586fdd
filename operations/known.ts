import { TestbedError, text } from '../errors';
import type { Records, TestbedRecord } from './records';
import type { Site } from './site';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';

/** The record of a testbed by name or id; reads no other one. Throws TestbedUnknown that lists what there is (at most ten). */
export async function requireRecord(records: Records, name: string): Promise<TestbedRecord> {
  const found = await records.find(name);
  if (found !== undefined) return found;
  const names = (await records.list()).map((one) => one.name);
  const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? ', ...' : '');
  throw new TestbedError(
    'TestbedUnknown',
    text(`there is no testbed '${name}'`, `'${name}' 테스트베드가 없습니다`),
    names.length === 0
      ? { hint: text('make one: testbed init, then testbed up', '만들기: testbed init 후 testbed up') }
      : { hint: text(`there are: ${shown}`, `현재 테스트베드: ${shown}`) },
  );
}

/** As `requireRecord`, of several; each once, however often and by whichever name it is asked for. */
export async function requireRecords(records: Records, names: readonly string[]): Promise<readonly TestbedRecord[]> {
  const found = new Map<string, TestbedRecord>();
  for (const name of names) {
    const record = await requireRecord(records, name);
    found.set(record.id, record);
  }
  return [...found.values()];
}

/** As `requireRecord`, for who only looks: the store is closed again at once. */
export async function recordOf(site: Site, name: string, surroundings: Surroundings): Promise<TestbedRecord> {
  await using stored = await openStoredSite(site, surroundings);
  return await requireRecord(stored.records, name);
}
