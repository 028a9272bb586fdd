import { expect, it } from 'vitest';
import { nameJudgee, resultLine } from '../../../policies/judge/report';
import type { Result } from '../../../policies/judge/types';
import { ruleOf } from '../plan/rules';

const result = (change: Partial<Result>): Result => ({
  rule: ruleOf({ id: 'no-data', expression: 'true' }),
  enforcement: 'mandatory',
  grade: 'open',
  about: { kind: 'ConfigMap', namespace: 'tb-one', name: 'a' },
  verdict: 'fail',
  ...change,
});

it.each<[Partial<Result>, string, string]>([
  [{ verdict: 'fail', finding: 'data.a=1' }, 'data.a=1 - mend it', 'data.a=1 - 고치십시오'],
  [
    { verdict: 'unknown', reason: 'object.data' },
    'known only after creation (object.data)',
    '생성된 뒤에야 알 수 있습니다(object.data)',
  ],
  [{ verdict: 'error', reason: 'no such key' }, 'could not be judged: no such key', '판정할 수 없습니다. no such key'],
  [{ verdict: 'exempt', reason: 'ticket 7' }, 'exempt, ticket 7', '예외 적용, ticket 7'],
  [{ verdict: 'pass' }, 'passed', '통과'],
])('a result is one line in each language: %o', (change, en, ko) => {
  expect(resultLine(result(change))).toEqual({
    en: `no-data: ConfigMap tb-one/a: ${en}`,
    ko: `no-data: ConfigMap tb-one/a: ${ko}`,
  });
});

it('a failure without a finding says the rest', () => {
  expect(resultLine(result({ finding: '' })).en).toBe('no-data: ConfigMap tb-one/a - mend it');
});

it('foreign words cannot pass for ours: no control character gets through', () => {
  const about = { kind: 'ConfigMap', name: 'a\n\u001b[31mok' };
  const said = [nameJudgee(about), resultLine(result({ about, finding: 'x\u202Ey\r' })).en].join('');
  expect(['\n', '\r', '\u001b', '\u202E'].filter((sign) => said.includes(sign))).toEqual([]);
});
