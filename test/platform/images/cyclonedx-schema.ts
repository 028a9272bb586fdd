import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Ajv, { type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';

const FOLDER = join(dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')), 'res', 'schema');

/**
 * What the schema that the CycloneDX project publishes for 1.6 finds wrong with a document. Internationalised addresses (`iri-reference`,
 * `idn-email`) are not looked into: no kept package checks them.
 */
export function schemaErrors(document: unknown): readonly ErrorObject[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  for (const format of ['iri-reference', 'idn-email']) ajv.addFormat(format, true);
  for (const name of ['spdx', 'jsf-0.82'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  const judge = ajv.compile(schema('bom-1.6'));
  return judge(document) ? [] : (judge.errors ?? []);
}

function schema(name: string): object {
  // Data of a pinned package.
  return JSON.parse(readFileSync(join(FOLDER, `${name}.SNAPSHOT.schema.json`), 'utf8')) as object;
}
