import { join } from 'node:path';
import { packageRoot } from '../../package/root';
import { readDocument } from './document';
import { readRuleFolder } from './folder';
import { ruleInvalid, type RuleIssue } from './issue';
import { siteIdIssues, type Catalogue, type CatalogueOptions } from './load';
import { ruleFile, type RuleFile } from './rule-file';
import { ruleSchema } from './rule-schema';
import { readShipped } from './shipped';
import type { Rule, SharedVariable } from '../rule';

/** The rules with their fixtures and places, for whoever checks them, and all that is wrong with the files. */
export interface RuleFiles {
  /** Of a site's folder alone when one is given: ours were checked before they were shipped. */
  readonly files: readonly RuleFile[];
  readonly variables: readonly SharedVariable[];
  readonly issues: readonly RuleIssue[];
}

/** Reads rule files in full: those of the site's folder, or ours without one. Throws nothing. */
export function readRuleFiles({ siteFolder }: CatalogueOptions): RuleFiles {
  const shipped = readShipped();
  const { variables } = shipped.compiled;
  if (siteFolder === undefined) return { files: shipped.files, variables, issues: shipped.issues };
  const site = readRuleFolder(siteFolder, siteFolder);
  const taken = new Set(shipped.compiled.rules.map(({ rule }) => rule.id));
  return { files: site.rules, variables, issues: [...site.issues, ...siteIdIssues(taken, site)] };
}

/** The file of one rule of a catalogue, fixtures and all. Throws RuleInvalid where it has changed for the worse since. */
export function readRuleFile(catalogue: Catalogue, rule: Rule): RuleFile {
  const origin = catalogue.origins.get(rule.id);
  if (origin === undefined) throw new Error(`the rule ${rule.id} is of another catalogue`);
  const path = origin.from === 'shipped' ? join(packageRoot(), origin.file) : origin.file;
  const read = readDocument(path, origin.file, ruleSchema);
  if (!read.ok) throw ruleInvalid(read.issues);
  return ruleFile(read.document, origin.topic);
}
