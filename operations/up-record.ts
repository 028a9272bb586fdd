import type { AdmittedSpec } from '../spec';
import { isNoSpace, isTestbedError } from '../errors';
import { FIRST_CREDENTIALS } from './database-credentials';
import { asJson } from './program';
import type { Records, TestbedRecord } from './records';
import type { Surroundings } from './surroundings';
import type { Target } from './target';
import { presentVersion } from './versions';

/** The record with the number of its database's credentials, where it has a database. */
export function withCredentials(record: TestbedRecord, spec: AdmittedSpec, credentials: number): TestbedRecord {
  return spec.database === undefined ? record : { ...record, database: { credentials } };
}

/** A new record, which takes the name before anything is created; of two first runs the second gets the record of the first. */
export async function takeName(
  spec: AdmittedSpec,
  id: string,
  records: Records,
  target: Target,
  surroundings: Surroundings,
): Promise<{ record: TestbedRecord; isNew: boolean }> {
  const madeBy = presentVersion(surroundings);
  const bare: TestbedRecord = {
    version: 1,
    id,
    ...fieldsOf(spec),
    spec: asJson(spec),
    cluster: target.reference,
    infrastructure: 'provisioning',
    components: madeBy.package,
    versions: { madeBy, history: [] },
    createdAt: madeBy.at,
    changedAt: madeBy.at,
    outputs: {},
  };
  // In the first write, not in a second one after it.
  const fresh = withCredentials(bare, spec, FIRST_CREDENTIALS);
  const record = await records.reserve(fresh);
  return { record, isNew: record.id === fresh.id };
}

/** What a record repeats of its spec, to be shown and searched without it. */
export function fieldsOf(
  spec: AdmittedSpec,
): Pick<TestbedRecord, 'name' | 'participant' | 'owner' | 'members' | 'grade' | 'size' | 'ends'> {
  const { name, participant, owner, members, grade, size, ends } = spec;
  return { name, participant, owner, members: [...members], grade, size, ends };
}

/** A full disk may be what failed: then the record stays as it was, and the first error is the one to tell. So is that of who was not in charge. */
export async function noteFailure(
  record: TestbedRecord,
  records: Records,
  failure: unknown,
  surroundings: Surroundings,
): Promise<void> {
  if (isTestbedError(failure, 'OperationRunning')) return;
  try {
    await records.save({ ...record, infrastructure: 'failed', changedAt: surroundings.now().toISOString() });
  } catch (error) {
    if (!isNoSpace(error)) throw error;
  }
}
