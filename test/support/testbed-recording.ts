import { isKubernetesObject } from '../../kubernetes/objects';
import type { KubernetesObject } from '../../kubernetes/types';
import { judgeGrade, type AdmittedSpec } from '../../spec';
import { program, type ProgramContext } from '../../stacks/testbed';
import type { TestbedProgramArgs } from '../../stacks/testbed-args';
import { record, type RecordedResource, type Recording } from './recording-monitor';
import { specOf } from './specs';

export const ID = 'tb-x7k2p9';
/** 32 bytes, for tests only. */
export const SEED = Buffer.alloc(32, 7).toString('base64');

/** A spec that may be provisioned, with fixed dates so that golden files stay as they are. */
export function admittedSpec(fields: Readonly<Record<string, unknown>> = {}): AdmittedSpec {
  const judged = judgeGrade({ ...specOf({ name: 'my-testbed', ...fields }), ends: '2027-03-31' });
  if (!judged.ok) throw judged.refusal;
  return judged.spec;
}

/** What the program of a testbed registers for a spec. */
export function recordTestbed(
  spec: AdmittedSpec,
  id = ID,
  context: ProgramContext = { seed: SEED },
  more: Pick<TestbedProgramArgs, 'databaseCredentials'> = {},
): Promise<Recording> {
  return record(() => program({ id, spec, ...more }, context), id);
}

/** The objects of a recording as the API server gets them, in the order of registration. */
export function manifestsOf(recording: Recording): KubernetesObject[] {
  return recording.resources.filter(isObjectOfTheApi).map(({ inputs }) => {
    const object: unknown = structuredClone(inputs);
    if (!isKubernetesObject(object)) throw new Error(`no Kubernetes object: ${JSON.stringify(inputs)}`);
    return object;
  });
}

export function isObjectOfTheApi({ type }: RecordedResource): boolean {
  return type.startsWith('kubernetes:');
}
