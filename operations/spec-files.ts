import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TestbedError, reasonOf, text, type Text } from '../errors';
import { judgeGrade, nameTaken, readSpecsFile, specInvalid, type AdmittedSpec, type SpecDocument } from '../spec';
import { specPath } from './spec-file';
import type { Surroundings } from './surroundings';

/** One spec and where it stands. */
export interface PlacedSpec {
  readonly spec: AdmittedSpec;
  /** `testbeds/care.yaml:12` */
  readonly place: string;
}

export interface SpecFiles {
  /** A directory, or a file with several documents: then even one is a list. */
  readonly several: boolean;
  readonly specs: readonly PlacedSpec[];
}

/** More specs than a cluster holds are a mistake. */
const MOST_SPECS = 2000;
/** More lines of errors than a person reads at once. */
const MOST_LINES = 400;

/**
 * Reads all specs of a file or of a directory's `*.yaml`, in the order of names and places. Throws before anything else is done, and then tells of every
 * problem of every spec: SpecInvalid, GradeRefused where nothing but grades is refused, SpecUnreadable, UsageWrong for too many.
 */
export function readProvisionableSpecs(file: string | undefined, surroundings: Surroundings): SpecFiles {
  const path = specPath(file, surroundings);
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const files = isDirectory ? yamlFiles(path, file ?? path) : [path];
  const options = { now: surroundings.now() };
  const found: SpecDocument[] = [];
  for (const name of files) {
    found.push(...readSpecsFile(name, options));
    if (found.length > MOST_SPECS) throw tooMany(file ?? path);
  }
  return { several: isDirectory || found.length > 1, specs: requireAll(found) };
}

function yamlFiles(directory: string, shown: string): readonly string[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (cause) {
    throw new TestbedError(
      'SpecUnreadable',
      text(
        `the folder ${shown} cannot be read: ${reasonOf(cause)}`,
        `폴더 ${shown}을(를) 읽을 수 없습니다: ${reasonOf(cause)}`,
      ),
      { cause },
    );
  }
  const files = names.filter((name) => name.endsWith('.yaml') && !name.startsWith('.')).toSorted();
  if (files.length === 0)
    throw new TestbedError(
      'SpecUnreadable',
      text(`the folder ${shown} has no *.yaml file`, `폴더 ${shown}에 *.yaml 파일이 없습니다`),
      { hint: text('testbed init', 'testbed init') },
    );
  if (files.length > MOST_SPECS) throw tooMany(shown);
  return files.map((name) => join(directory, name));
}

function requireAll(found: readonly SpecDocument[]): readonly PlacedSpec[] {
  const invalid: TestbedError[] = [];
  const refused: TestbedError[] = [];
  const places = new Map<string, string>();
  const specs: PlacedSpec[] = [];
  for (const { name: at, loaded } of found) {
    if (!loaded.ok) {
      invalid.push(specInvalid(loaded));
      continue;
    }
    const { name } = loaded.spec;
    const place = `${loaded.source.file}:${at.line}`;
    const first = places.get(name);
    if (first !== undefined) invalid.push(specInvalid(nameTaken(loaded.source, at, name, first)));
    places.set(name, first ?? place);
    const judged = judgeGrade(loaded.spec);
    if (judged.ok) specs.push({ spec: judged.spec, place });
    else refused.push(placed(judged.refusal, place));
  }
  const [first, ...more] = [...invalid, ...refused];
  if (first === undefined) return specs;
  if (more.length === 0 && found.length === 1) throw first;
  throw together(invalid.length > 0 ? 'SpecInvalid' : 'GradeRefused', [first, ...more], found.length);
}

/** Says which of several specs is meant. */
function placed(error: TestbedError, place: string): TestbedError {
  const { en, ko } = error.text;
  return new TestbedError(error.code, text(`${place}: ${en}`, `${place}: ${ko}`), {
    details: error.details,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

function together(code: 'SpecInvalid' | 'GradeRefused', errors: readonly TestbedError[], specs: number): TestbedError {
  const lines = errors.flatMap((error): Text[] =>
    // A report of a spec names file and line itself.
    error.code === 'SpecInvalid' ? [...error.details] : [error.text, ...error.details],
  );
  const left = lines.length - MOST_LINES;
  return new TestbedError(
    code,
    text(
      `${errors.length} of ${specs} specs cannot be provisioned; nothing was touched`,
      `명세 ${specs}개 중 ${errors.length}개를 구성할 수 없습니다. 변경된 것은 없습니다`,
    ),
    {
      details: [
        ...lines.slice(0, MOST_LINES),
        ...(left > 0 ? [text(`and ${left} lines more`, `그 밖에 ${left}줄`)] : []),
      ],
    },
  );
}

function tooMany(shown: string): TestbedError {
  return new TestbedError(
    'UsageWrong',
    text(
      `${shown} holds more than ${MOST_SPECS} specs: divide them`,
      `${shown}에 명세가 ${MOST_SPECS}개보다 많습니다. 나누어 실행하세요`,
    ),
  );
}
