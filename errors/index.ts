export { EXIT_CODES, ERROR_CODES, type ErrorCode, type Outcome } from './codes';
export { TestbedError, isTestbedError, reasonOf, type TestbedErrorOptions } from './testbed-error';
export { isNoSpace, noSpace } from './no-space';
export { chooseLanguage, text, verbatim, type Language, type Text } from './text';
export type { OnProgress, StepEvent } from './progress';
