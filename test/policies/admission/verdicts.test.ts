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
  const params = shipped
    .flatMap(({ fixtures }) => [...fixtures.pass, ...fixtures.fail])
    .flatMap(({ params }) => (params === undefined ? [] : [params]));
  oracle = await openAdmissionOracle({ catalogue: loadCatalogue(), params });
});
afterAll(() => oracle.close());

describe.each(shipped)('$rule.id on the API server', ({ rule, fixtures }) => {
  it.each(fixtures.pass)('passes: $name', async ({ object, params }) => {
    expect((await oracle.judge(object, params)).get(rule.id)).toBeUndefined();
  });

  it.each(fixtures.fail)('fails: $name', async ({ object, finding, params }) => {
    expect((await oracle.judge(object, params)).get(rule.id)).toBe(finding);
  });
});
