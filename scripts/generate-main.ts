import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { specJsonSchemaText, specReference } from '../operations/spec-documents';
import { packageRoot } from '../package/root';
import { loadAll } from './cli/catalogue';
import { openOutput, processStreams } from './cli/output';
import { COMMANDS } from './commands/index';
import { cliReference } from './reference/cli-reference';
import { errorsPage } from './reference/errors-page';
import { specPage } from './reference/spec-page';

/** Everything that is made from the sources, by path below the package. */
async function documents(): Promise<ReadonlyMap<string, string>> {
  const commands = await loadAll(COMMANDS);
  const fields = specReference();
  return new Map([
    ['docs/reference/cli.md', cliReference(commands, 'en')],
    ['docs/reference/cli.ko.md', cliReference(commands, 'ko')],
    ['docs/reference/testbed-yaml.md', specPage(fields, 'en')],
    ['docs/reference/testbed-yaml.ko.md', specPage(fields, 'ko')],
    ['docs/reference/errors.md', errorsPage()],
    ['spec/testbed.schema.json', specJsonSchemaText()],
  ]);
}

/** `node generate-main.js` writes what is stale; with `--check` it writes nothing and exits 1 when anything is. */
async function generate(check: boolean): Promise<number> {
  const output = openOutput({ ...processStreams(), environment: process.env, language: 'en', format: 'table' });
  const stale: string[] = [];
  for (const [path, content] of await documents()) {
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
