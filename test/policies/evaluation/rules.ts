import { verbatim } from '../../../errors';
import type { Rule, RuleId } from '../../../policies/rule';

/** A rule for tests: only what is judged matters. */
export function ruleOf(expression: string, parts: Partial<Rule> = {}): Rule {
  return {
    id: 'under-test' as RuleId,
    scope: 'object',
    points: ['plan'],
    title: verbatim('a rule'),
    message: verbatim('a message'),
    severity: 'low',
    enforcement: { open: 'mandatory', sensitive: 'mandatory' },
    match: [],
    operations: ['CREATE', 'UPDATE'],
    params: [],
    expression,
    finding: "'found'",
    exemptible: true,
    since: '1.30',
    mappings: [],
    ...parts,
  };
}
