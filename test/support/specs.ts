import { judgeGrade, loadSpec, type AdmittedSpec } from '../../spec';

/** Once for a run: a spec that is said again after midnight is the same. */
const ENDS = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);

/** A valid spec as a person would write it, with what a test cares about put over it; parsed by the one schema. */
export function specOf(fields: { readonly name: string; readonly [field: string]: unknown }): AdmittedSpec {
  const document = {
    apiVersion: 'testbed/v1',
    participant: 'Example Startup Inc.',
    owner: 'operator@agency.example',
    members: ['developer@startup.example'],
    grade: 'open',
    size: 'small',
    ends: ENDS,
    ...fields,
  };
  const loaded = loadSpec({ text: JSON.stringify(document), file: 'testbed.yaml' }, { now: new Date() });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues, undefined, 2));
  const judged = judgeGrade(loaded.spec);
  if (!judged.ok) throw judged.refusal;
  return judged.spec;
}
