import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf, text } from '../../errors';
import { readDocument, type CatalogueDocument } from './document';
import { baselineSchema, type BaselineDocument } from './baseline-schema';
import { wholeFile, type RuleIssue } from './issue';
import { CATALOGUE_LIMITS } from './limits';
import { ruleFile, type RuleFile } from './rule-file';
import { ruleSchema } from './rule-schema';

const BASELINES = 'baselines';
const YAML = /\.ya?ml$/;

/** Data beside the rules: what they share, which Pod Security check each fulfils, which proposed ones were not built and why. */
const NO_RULES: ReadonlySet<string> = new Set(['variables.yaml', 'pod-security.yaml', 'LEFT-OUT.yaml']);

/** What a folder of rules holds, as far as it can be read, and all that is wrong with it. */
export interface RuleFolder {
  readonly rules: readonly RuleFile[];
  readonly baselines: readonly CatalogueDocument<BaselineDocument>[];
  readonly issues: readonly RuleIssue[];
}

interface Entry {
  readonly path: string;
  readonly file: string;
  readonly topic: string;
}

/**
 * Reads the rules of `folder`: `<topic>/<rule>.yaml`, files in the folder itself (topic `site`), and baselines in `baselines/`.
 * `shown` stands for the folder in messages. Throws nothing.
 */
export function readRuleFolder(folder: string, shown: string): RuleFolder {
  const listed = list(folder, shown);
  const issues: RuleIssue[] = [...listed.issues];
  const rules: RuleFile[] = [];
  const baselines: CatalogueDocument<BaselineDocument>[] = [];
  for (const { path, file, topic } of listed.entries) {
    if (topic === BASELINES) {
      const read = readDocument(path, file, baselineSchema);
      if (read.ok) baselines.push(read.document);
      else issues.push(...read.issues);
      continue;
    }
    const read = readDocument(path, file, ruleSchema);
    if (read.ok) rules.push(ruleFile(read.document, topic));
    else issues.push(...read.issues);
  }
  return { rules, baselines, issues };
}

/** The baselines of a folder that holds nothing else. */
export function readBaselines(folder: string, shown: string): RuleFolder {
  const { entries, issues } = list(folder, shown);
  const read = entries.map(({ path, file }) => readDocument(path, file, baselineSchema));
  return {
    rules: [],
    baselines: read.flatMap((result) => (result.ok ? [result.document] : [])),
    issues: [...issues, ...read.flatMap((result) => (result.ok ? [] : result.issues))],
  };
}

function list(folder: string, shown: string): { entries: readonly Entry[]; issues: readonly RuleIssue[] } {
  try {
    const entries: Entry[] = [];
    for (const name of names(folder)) {
      const path = join(folder, name);
      if (statSync(path).isDirectory())
        for (const inner of names(path))
          if (YAML.test(inner))
            entries.push({ path: join(path, inner), file: `${shown}/${name}/${inner}`, topic: name });
          else continue;
      else if (YAML.test(name) && !NO_RULES.has(name)) entries.push({ path, file: `${shown}/${name}`, topic: 'site' });
    }
    if (entries.length <= CATALOGUE_LIMITS.files) return { entries, issues: [] };
    const many = text(
      `the folder has ${entries.length} rule files: at most ${CATALOGUE_LIMITS.files} are read`,
      `폴더에 규칙 파일이 ${entries.length}개 있습니다. ${CATALOGUE_LIMITS.files}개까지 읽습니다`,
    );
    return { entries: [], issues: [wholeFile('unreadable', shown, many)] };
  } catch (cause) {
    const why = text(
      `the folder of rules can't be read (${reasonOf(cause)}): check its path`,
      `규칙 폴더를 읽을 수 없습니다(${reasonOf(cause)}). 경로를 확인하십시오`,
    );
    return { entries: [], issues: [wholeFile('unreadable', shown, why)] };
  }
}

/** Sorted, without hidden files. */
function names(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort((a, b) => (a < b ? -1 : 1));
}
