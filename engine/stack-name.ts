import { PULUMI_PROJECT } from '../components/vocabulary';
import { TestbedError, text } from '../errors';

/** Names become parts of paths, URNs and keys of state stores: the last mistake `_` or `.` in them for something else. */
const STACK_NAME = /^[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?$/;

export function isStackName(name: string): boolean {
  return STACK_NAME.test(name);
}

/** The name itself. Throws UsageWrong when it is no stack's name. */
export function requireStackName(name: string): string {
  if (isStackName(name)) return name;
  throw new TestbedError(
    'UsageWrong',
    text(
      `'${name.slice(0, 80)}' is not a stack name: use 1 to 62 lower-case letters, digits and '-'`,
      `'${name.slice(0, 80)}'은(는) 스택 이름이 아닙니다. 영문 소문자, 숫자, '-'만 1~62자로 쓰세요`,
    ),
  );
}

/** `organization/testbed/NAME`: how the engine calls a stack of a file store. */
export function fullStackName(name: string): string {
  return `organization/${PULUMI_PROJECT}/${requireStackName(name)}`;
}
