import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import { closing, mustRunAll, type NotRun } from './closing';
import { NOT_RUN } from './real-node-run';

/** Closes the run: what it could not run and why, then the one line that the gate reads. Errors outside of tests count as failures. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let passed = 0;
    let failed = unhandled.length;
    const notRun: NotRun[] = [];
    for (const module of modules) {
      // A file that could not be loaded has errors and no tests.
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        const note = result.state === 'skipped' ? (result.note ?? '') : '';
        if (result.state === 'passed') passed += 1;
        else if (note.startsWith(NOT_RUN)) notRun.push({ file: module.relativeModuleId, reason: note });
        else failed += 1;
      }
    }
    const { lines, ok } = closing({ passed, failed, notRun }, mustRunAll(process.env, process.getuid?.()));
    if (!ok) process.exitCode = 1;
    process.on('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  }
}
