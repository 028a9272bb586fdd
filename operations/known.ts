import { TestbedError, text } from '../errors';
import type { Records, TestbedRecord } from './records';

/** The record of a testbed by name or id. Throws TestbedUnknown that lists what there is (at most ten). */
export function requireRecord(records: Records, name: string): TestbedRecord {
  const found = records.find(name);
  if (found !== undefined) return found;
  const names = records.list().map((one) => one.name);
  const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? ', ...' : '');
  throw new TestbedError(
    'TestbedUnknown',
    text(`there is no testbed '${name}'`, `'${name}' 테스트베드가 없습니다`),
    names.length === 0
      ? { hint: text('make one: testbed init, then testbed up', '만들기: testbed init 후 testbed up') }
      : { hint: text(`there are: ${shown}`, `현재 테스트베드: ${shown}`) },
  );
}
