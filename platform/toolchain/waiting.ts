import { TestbedError, text } from '../../errors';
import type { Tool } from './tool';
import { titleOf } from './tool-errors';

/** Another process has been preparing the tool for longer than anything may take. */
export function waitedTooLong(tool: Tool, pid: number, waitMs: number): TestbedError {
  return new TestbedError(
    'ToolBuildFailed',
    text(
      `process ${pid} has been preparing ${titleOf(tool)} for more than ${Math.round(waitMs / 60_000)} minutes`,
      `프로세스 ${pid}이(가) ${titleOf(tool)}을(를) ${Math.round(waitMs / 60_000)}분 넘게 준비하고 있습니다`,
    ),
    { hint: text(`see what it does: ps -fp ${pid}`, `무엇을 하는지 확인하십시오: ps -fp ${pid}`) },
  );
}
