import { isAbsolute, join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { SHARED_STACK, TESTBED_ID } from '../components/vocabulary';
import { TestbedError, text } from '../errors';
import { packageRoot } from '../package/root';
import { judgeGrade, loadPreset, readSpecFile, specInvalid, type AdmittedSpec, type Spec } from '../spec';
import { program as shared } from './shared';
import { program as testbed } from './testbed';

/**
 * The entry for `pulumi up` by hand, where the vendor's distribution is installed. Which program runs is the stack's name: `shared`, or a
 * testbed's id. It reads the stack's configuration and nothing else; `testbed up` does not come through here.
 */
async function main(): Promise<pulumi.Inputs> {
  if (isShared(pulumi.getStack())) return { ...(await shared()) };
  const config = new pulumi.Config('testbed');
  return { ...(await testbed({ id: idOf(config), spec: admitted(specOf(config)) })) };
}

function isShared(stack: string): boolean {
  return stack === SHARED_STACK || stack.startsWith(`${SHARED_STACK}-`);
}

function idOf(config: pulumi.Config): string {
  const id = config.get('id') || pulumi.getStack();
  if (TESTBED_ID.test(id)) return id;
  throw new TestbedError(
    'UsageWrong',
    text(
      `'${id}' is not the id of a testbed: name the stack like tb-x7k2p9, or set testbed:id`,
      `'${id}': 테스트베드 ID가 아닙니다. 스택 이름을 tb-x7k2p9처럼 짓거나 testbed:id를 설정하십시오`,
    ),
    { hint: text('pulumi config set testbed:id tb-x7k2p9', 'pulumi config set testbed:id tb-x7k2p9') },
  );
}

function specOf(config: pulumi.Config): Spec {
  const file = config.get('file') || undefined;
  const now = new Date();
  const read =
    file === undefined
      ? loadPreset('startup', { now })
      : readSpecFile(isAbsolute(file) ? file : join(packageRoot(), file), { now });
  if (read.ok) return read.spec;
  throw specInvalid(read);
}

function admitted(spec: Spec): AdmittedSpec {
  const judged = judgeGrade(spec);
  if (judged.ok) return judged.spec;
  throw judged.refusal;
}

export = main;
