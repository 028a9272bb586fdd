import { describe, expect, it } from 'vitest';
import { exemptUsers, guardRails } from '../../policies/guard-rails';
import { celString } from '../../policies/guard-rails/exempt-users';

const rails = guardRails();

describe('the guard rails', () => {
  it('are five, each bound under its own name, refusing and recording', () => {
    expect(rails.map(({ policy }) => policy.metadata.name)).toEqual([
      'testbed-managed-objects',
      'testbed-inside-testbeds',
      'testbed-namespace-keys',
      'testbed-system-namespace',
      'testbed-standing-namespaces',
    ]);
    for (const { policy, binding } of rails) {
      expect(binding.spec).toEqual({ policyName: policy.metadata.name, validationActions: ['Deny', 'Audit'] });
      expect(policy.spec.failurePolicy).toBe('Fail');
      expect(policy.metadata.labels).toEqual({ 'testbed.io/managed': 'true', 'testbed.io/component': 'shared' });
    }
  });

  it('say why in both languages, on one line that the API server takes', () => {
    for (const { message } of rails.flatMap(({ policy }) => policy.spec.validations)) {
      expect(message).toMatch(/^[\x20-\x7e]+ \/ .*\p{Script=Hangul}.*$/u);
      expect(Buffer.byteLength(message)).toBeLessThan(5 * 1024);
    }
  });

  it('use only what every supported API server compiles: no optional fields, no macros of two variables', () => {
    for (const { policy } of rails) {
      const { variables = [], validations, matchConditions = [] } = policy.spec;
      for (const { expression } of [...variables, ...validations, ...matchConditions])
        expect(expression).not.toMatch(/\.\?|\[\?|optional\.|cel\.bind/);
    }
  });
});

describe('the exempt', () => {
  it('are exact names: no group but that of the nodes, no pattern', () => {
    for (const user of exemptUsers([]))
      expect(user).toMatch(
        /^(testbed:[a-z-]+|system:[a-z-]+|system:serviceaccount:(kube-system|testbed-system):[a-z-]+)$/,
      );
    expect(new Set(exemptUsers([])).size).toBe(exemptUsers([]).length);
    expect(exemptUsers([])).not.toContain('system:admin');
  });

  it('hold the platform’s own users and those that a site names', () => {
    expect(exemptUsers(['kubernetes-admin'])).toEqual(
      expect.arrayContaining([
        'system:serviceaccount:testbed-system:testbed-provisioner',
        'testbed:admin',
        'kubernetes-admin',
        'system:serviceaccount:kube-system:namespace-controller',
      ]),
    );
    expect(exemptUsers([])).not.toContain('kubernetes-admin');
  });

  it('of a site are quoted, so that a name is never an expression', () => {
    expect(celString("o'neil\\")).toBe("'o\\'neil\\\\'");
    const [rail] = guardRails({ admins: ["x'] || true || '' in ['"] });
    expect(rail?.policy.spec.matchConditions?.[0]?.expression).toContain("'x\\'] || true || \\'\\' in [\\''");
  });
});
