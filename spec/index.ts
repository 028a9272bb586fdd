export { addDays, dateAt, SITE_UTC_OFFSET_MINUTES } from './calendar';
export { displayWidth } from './display-width';
export { judgeGrade, type AdmittedGrade, type AdmittedSpec, type GradeJudgement } from './grade';
export type { SpecIssue, SpecSource } from './issue';
export { specJsonSchema, specJsonSchemaText } from './json-schema';
export { LIMITS } from './limits';
export { loadSpec, type LoadedSpec, type LoadOptions, type LoadResult, type SpecFailure } from './load';
export { isPresetName, loadPreset, presetNames, presetText, type PresetName } from './presets';
export { readSpecFile } from './read';
export { specReference, type FieldReference } from './reference';
export { renderSpec, reportSpec, specInvalid, type ReportLine } from './report';
export {
  specSchema,
  type DatabaseSpec,
  type EgressException,
  type Grade,
  type Size,
  type Spec,
  type SpecInput,
  type TestbedName,
} from './schema';
export { storageBytes } from './storage';
export { visible } from './visible';
