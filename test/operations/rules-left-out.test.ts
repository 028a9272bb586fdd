import { expect, test } from 'vitest';
import { rulesLeftOut } from '../../operations/rules-left-out';
import { openSite } from '../../operations/site';
import { admissionObjects } from '../../policies/admission/policies';
import { loadCatalogue } from '../../policies/catalogue/load';
import { blockText } from '../../scripts/cli/block-lines';
import { leftOutBlocks } from '../../scripts/commands/left-out-view';
import { ruleFolder } from '../policies/catalogue/support';

const LEFT_OUT = [
  { rule: 'netpol-block-node-metadata', needs: '1.31' },
  { rule: 'netpol-egress-allowlist', needs: '1.31' },
  { rule: 'netpol-no-allow-all', needs: '1.31' },
];

test.each([
  ['1.30', LEFT_OUT],
  ['1.31', []],
  ['1.34', []],
])('an API server of %s is too old for these rules', async (minor, leftOut) => {
  using home = ruleFolder({});
  expect(await rulesLeftOut(openSite({ TESTBED_HOME: home.path }), minor)).toEqual(leftOut);
});

test('what is left out is in no policy for that server, and what is not left out is in one', () => {
  const catalogue = loadCatalogue();
  const installed = admissionObjects(catalogue, { minor: '1.30' }).policies.flatMap(({ policy }) =>
    policy.spec.validations.map(({ message }) => message.slice(0, message.indexOf(':'))),
  );
  const judged = catalogue.rules
    .filter(
      ({ points, enforcement }) =>
        points.includes('admission') && (enforcement.open !== 'off' || enforcement.sensitive !== 'off'),
    )
    .map(({ id }) => String(id));
  expect([...new Set(installed)].toSorted()).toEqual(
    judged.filter((id) => LEFT_OUT.every(({ rule }) => rule !== id)).toSorted(),
  );
});

test('it is said with what each would need, in both languages, and nothing is said where nothing is left out', () => {
  const blocks = leftOutBlocks(LEFT_OUT.slice(0, 1));
  expect(blockText(blocks, { language: 'en', colour: false })).toBe(
    "1 of the rules: the cluster's Kubernetes is too old to judge by them, which leaves plan and audit\n\nRULE                        NEEDS\nnetpol-block-node-metadata  1.31\n",
  );
  expect(blockText(blocks, { language: 'ko', colour: false })).toContain('더 최신 버전의 쿠버네티스');
  expect(leftOutBlocks([])).toEqual([]);
});
