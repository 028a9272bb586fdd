import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { readShipped } from '../../../policies/catalogue/shipped';
import { openAdmissionOracle, type AdmissionOracle } from '../../support/admission-oracle';

/* Every fixture of every rule that is judged at admission, dry-run on the real API server under the policies that a site installs. */
const shipped = readShipped().files.filter(
  ({ rule }) => rule.points.includes('admission') && !rule.operations.includes('CONNECT'),
);
let oracle: AdmissionOracle;

beforeAll(async () => {
  oracle = await openAdmissionOracle({ catalogue: loadCatalogue() });
});
afterAll(() => oracle.close());

describe.each(shipped)('$rule.id on the API server', ({ rule, fixtures }) => {
  it.each(fixtures.pass.filter(({ params }) => params === undefined))('passes: $name', async ({ object }) => {
    expect((await oracle.judge(object)).get(rule.id)).toBeUndefined();
  });

  it.each(fixtures.fail.filter(({ params }) => params === undefined))('fails: $name', async ({ object, finding }) => {
    expect((await oracle.judge(object)).get(rule.id)).toBe(finding);
  });
});
