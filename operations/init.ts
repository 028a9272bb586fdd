import { TestbedError, isNoSpace, noSpace, reasonOf, text } from '../errors';
import { writeWhole } from '../host/atomic-file';
import { presetText, type PresetName } from '../spec';
import { specPath } from './spec-file';
import type { Surroundings } from './surroundings';

export interface InitOptions {
  readonly preset: PresetName;
  /** Where it is written. Default `testbed.yaml` in the working directory. */
  readonly file?: string | undefined;
  /** Replace a file that is there. */
  readonly force?: boolean | undefined;
}

export interface InitResult {
  readonly preset: PresetName;
  /** Absolute. */
  readonly file: string;
}

/** Writes a preset as a testbed.yaml to edit. Throws UsageWrong where a file is there already, NoPermission, NoSpace. */
export function init(options: InitOptions, surroundings: Surroundings): Promise<InitResult> {
  const file = specPath(options.file, surroundings);
  const content = presetText(options.preset, { now: surroundings.now() });
  try {
    const outcome = writeWhole(file, content, { mode: 0o666, existing: options.force === true ? 'replace' : 'keep' });
    return outcome === 'exists' ? Promise.reject(isThere(file)) : Promise.resolve({ preset: options.preset, file });
  } catch (cause) {
    return Promise.reject(writeError(file, cause));
  }
}

function isThere(file: string): TestbedError {
  return new TestbedError('UsageWrong', text(`${file} is there already`, `${file} 파일이 이미 있습니다`), {
    hint: text(
      'name another file with --file, or replace this one with --force',
      '--file로 다른 파일을 지정하거나 --force로 덮어쓰세요',
    ),
  });
}

function writeError(file: string, cause: unknown): TestbedError {
  if (isNoSpace(cause)) return noSpace(file, cause);
  return new TestbedError(
    'NoPermission',
    text(`cannot write ${file}: ${reasonOf(cause)}`, `${file}을(를) 쓸 수 없습니다: ${reasonOf(cause)}`),
    { cause, hint: text('name another file with --file', '--file로 다른 파일을 지정하세요') },
  );
}
