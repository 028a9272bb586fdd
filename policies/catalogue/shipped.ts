import { join } from 'node:path';
import { text } from '../../errors';
import { packageRoot } from '../../package/root';
import type { BaselineSource } from './baselines';
import type { CompiledCatalogue } from './compiled';
import { readBaselines, readRuleFolder } from './folder';
import type { RuleIssue } from './issue';
import { SHIPPED_BASELINES, SHIPPED_RULES } from './places';
import type { RuleFile } from './rule-file';
import { readVariables } from './shared-variables';

/** The shipped rules as their files have them, with all that is wrong with them. */
export interface Shipped {
  readonly compiled: CompiledCatalogue;
  readonly files: readonly RuleFile[];
  readonly issues: readonly RuleIssue[];
}

/** Reads the shipped catalogue from its YAML, fixtures and all (a few hundred milliseconds). Throws nothing. */
export function readShipped(): Shipped {
  const root = packageRoot();
  const folder = readRuleFolder(join(root, SHIPPED_RULES), SHIPPED_RULES);
  const baselines = readBaselines(join(root, SHIPPED_BASELINES), SHIPPED_BASELINES);
  const file = `${SHIPPED_RULES}/variables.yaml`;
  const variables = readVariables(join(root, file), file);
  return {
    files: folder.rules,
    issues: [
      ...folder.issues,
      ...misnamed(folder.rules),
      ...baselines.issues,
      ...(variables.ok ? [] : variables.issues),
    ],
    compiled: {
      rules: folder.rules.map(({ rule, topic }) => ({ rule, topic })),
      variables: variables.ok ? variables.document.value : [],
      baselines: baselines.baselines.map(({ value }) => value),
    },
  };
}

/** Ours are found by id: a file is called as its rule. That also keeps ids unique but for two topics with one name. */
function misnamed(files: readonly RuleFile[]): RuleIssue[] {
  const seen = new Set<string>();
  return files.flatMap(({ rule, file, at }): RuleIssue[] => {
    const fits = file.endsWith(`/${rule.id}.yaml`) && !seen.has(rule.id);
    seen.add(rule.id);
    if (fits) return [];
    const message = text(
      `the rule '${rule.id}' stands in another file or twice: call its file ${rule.id}.yaml`,
      `'${rule.id}' 규칙의 파일 이름이 다르거나 규칙이 두 번 있습니다. 파일 이름을 ${rule.id}.yaml로 하십시오`,
    );
    return [{ code: 'id', file, ...at(['id']), path: 'id', message }];
  });
}

/** The shipped baselines as sources; their problems would be ours and show the file only. */
export function shippedBaselines(compiled: CompiledCatalogue): BaselineSource[] {
  return compiled.baselines.map((written) => ({
    origin: 'shipped',
    file: `${SHIPPED_BASELINES}/${written.id}.yaml`,
    written,
    at: () => ({ line: 1, column: 1 }),
  }));
}
