import { TestbedError, text } from '../errors';
import { fieldsAt, stringAt } from '../kubernetes/json';
import { readKeptSpec, type AdmittedSpec } from '../spec';
import type { TestbedRecord } from './records';

/** A testbed's spec, as it was last provisioned, with its database. Throws UsageWrong where it has none, StateUnreadable where the record does not say. */
export function requireDatabase(record: TestbedRecord): AdmittedSpec & Required<Pick<AdmittedSpec, 'database'>> {
  if (record.spec === undefined ? !hasDatabase(record) : readKeptSpec(record.spec)?.database === undefined)
    throw new TestbedError(
      'UsageWrong',
      text(`'${record.name}' has no database`, `'${record.name}'에는 데이터베이스가 없습니다`),
      {
        hint: text(
          'add one to its spec, then run: testbed up',
          '명세에 데이터베이스를 추가한 뒤 실행하세요: testbed up',
        ),
      },
    );
  const spec = readKeptSpec(record.spec);
  if (spec?.database !== undefined) return { ...spec, database: spec.database };
  throw new TestbedError(
    'StateUnreadable',
    text(
      `the record of '${record.name}' does not hold its spec: an earlier version wrote it`,
      `'${record.name}'의 기록에 명세가 없습니다. 이전 버전에서 작성된 기록입니다`,
    ),
    { hint: text('run testbed up with its spec once', '해당 명세로 testbed up을 한 번 실행하세요') },
  );
}

function hasDatabase(record: TestbedRecord): boolean {
  return stringAt(fieldsAt(record.outputs, 'database'), 'host') !== undefined;
}
