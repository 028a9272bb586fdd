import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isTestbedError } from '../../../errors';
import type { CompiledCatalogue } from '../../../policies/catalogue/compiled';
import { readRuleFolder } from '../../../policies/catalogue/folder';
import { assembleCatalogue, type Catalogue } from '../../../policies/catalogue/load';

/** A folder of rules, ended with the test. */
export interface RuleFolder extends Disposable {
  readonly path: string;
}

/** Writes files by their path in a new folder. */
export function ruleFolder(files: Readonly<Record<string, string>>): RuleFolder {
  const path = mkdtempSync(join(tmpdir(), 'testbed-rules-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A whole, clean rule file of a site; what the tests change is changed by name. */
export const SITE_RULE = `id: site-team-label
scope: object
points: [plan, admission, audit]
title:
  en: Every ConfigMap names its team
  ko: 컨피그맵의 팀 표시
message:
  en: nobody is named as its team; add the label team
  ko: 담당 팀이 없습니다. team 레이블을 추가하십시오
severity: low
enforcement: { open: advisory, sensitive: mandatory }
match: [v1/ConfigMap]
params:
  label:
    type: text
    default: team
    description:
      en: The label that names the team
      ko: 팀을 나타내는 레이블
expression: >-
  has(object.metadata.labels)
  && params.data['site-team-label.label'] in object.metadata.labels
finding: "'no label ' + params.data['site-team-label.label']"
since: '1.30'
mappings:
  - { catalogue: isms-p, control: 2.1.3, relation: related }
fixtures:
  pass:
    - name: labelled
      object: { apiVersion: v1, kind: ConfigMap, metadata: { name: a, labels: { team: care } } }
    - name: another label
      params: { label: crew }
      object: { apiVersion: v1, kind: ConfigMap, metadata: { name: a, labels: { crew: care } } }
  fail:
    - name: no label
      finding: no label team
      object: { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }
`;

/** The rule with one piece of its text changed; throws where the piece is not there. */
export function changed(from: string, to: string, rule = SITE_RULE): string {
  if (!rule.includes(from)) throw new Error(`the rule has no ${from}`);
  return rule.replace(from, to);
}

/** The catalogue of ours and of a folder with these files, or what it is refused for. */
export function assembled(
  shipped: CompiledCatalogue,
  files: Readonly<Record<string, string>>,
): { readonly catalogue?: Catalogue; readonly refusal: readonly string[] } {
  using folder = ruleFolder(files);
  try {
    return { catalogue: assembleCatalogue(shipped, readRuleFolder(folder.path, 'site')), refusal: [] };
  } catch (error) {
    if (!isTestbedError(error, 'RuleInvalid')) throw error;
    return { refusal: error.details.map(({ en }) => en.replace('site/', '')) };
  }
}
