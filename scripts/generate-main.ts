import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { policyReference } from '../operations/policy-reference';
import { specJsonSchemaText, specReference } from '../operations/spec-documents';
import { packageRoot } from '../package/root';
import { loadAll } from './cli/catalogue';
import { openOutput, processStreams } from './cli/output';
import { COMMANDS } from './commands/index';
import { cliReference } from './reference/cli-reference';
import { controlPage } from './reference/control-page';
import { errorsPage } from './reference/errors-page';
import { rulePage, rulesPage } from './reference/rule-page';
import { specPage } from './reference/spec-page';

/** Everything that is made from the sources, by path below the package. */
async function documents(): Promise<ReadonlyMap<string, string>> {
  const commands = await loadAll(COMMANDS);
  const fields = specReference();
  const rules = policyReference();
  return new Map([
    ['docs/reference/cli.md', cliReference(commands, 'en')],
    ['docs/reference/cli.ko.md', cliReference(commands, 'ko')],
    ['docs/reference/testbed-yaml.md', specPage(fields, 'en')],
    ['docs/reference/testbed-yaml.ko.md', specPage(fields, 'ko')],
    ['docs/reference/errors.md', errorsPage()],
    ['spec/testbed.schema.json', specJsonSchemaText()],
    ['docs/reference/rules.md', rulesPage(rules)],
    ...rules.rules.map((file): [string, string] => [`docs/reference/rules/${file.rule.id}.md`, rulePage(file, rules)]),
    ...rules.controls.map((indexed): [string, string] => [
      `docs/reference/controls/${indexed.catalogue.key}.md`,
      controlPage(indexed),
    ]),
  ]);
}

/** Folders that hold nothing but generated pages: what stands there beside them is of a rule that is gone. */
const GENERATED_FOLDERS = ['docs/reference/rules', 'docs/reference/controls'];

function leftovers(made: ReadonlyMap<string, string>): readonly string[] {
  return GENERATED_FOLDERS.flatMap((folder) => namesIn(folder).map((name) => `${folder}/${name}`)).filter(
    (path) => !made.has(path),
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(join(packageRoot(), folder));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** `node generate-main.js` writes what is stale; with `--check` it writes nothing and exits 1 when anything is. */
async function generate(check: boolean): Promise<number> {
  const output = openOutput({ ...processStreams(), environment: process.env, language: 'en', format: 'table' });
  const made = await documents();
  const stale: string[] = [...leftovers(made)];
  if (!check) for (const path of stale) rmSync(join(packageRoot(), path));
  for (const [path, content] of made) {
    const file = join(packageRoot(), path);
    if (presentContent(file) === content) continue;
    stale.push(path);
    if (check) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  if (!check) {
    output.document(stale.length === 0 ? 'nothing was stale\n' : `written: ${stale.join(', ')}\n`);
    return 0;
  }
  if (stale.length === 0) return 0;
  output.notice(`stale: ${stale.join(', ')}; run npm run generate and commit the result\n`);
  return 1;
}

function presentContent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

void generate(process.argv.includes('--check')).then((code) => {
  process.exitCode = code;
});
