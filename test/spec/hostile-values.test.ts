import { describe, expect, test } from 'vitest';
import { flaws, load, yaml } from './given';

describe('numbers and quantities', () => {
  const storage = (value: string) =>
    yaml({ size: 'size: large', database: `database: { engine: postgresql, version: 15, storage: ${value} }` });
  test.each(['100Mi', '1Gi', '100Gi', '102400Mi', '"512Mi"'])('accepts %s of storage', (value) => {
    expect(load(storage(value)).ok).toBe(true);
  });
  test.each([
    '99Mi',
    '101Gi',
    '102401Mi',
    '0',
    '0Gi',
    '-1Gi',
    '1e9Gi',
    '1.5Gi',
    '1',
    '1024',
    '.inf',
    '-.inf',
    '.nan',
    'NaN',
    'Infinity',
    '0x10Gi',
    '01Gi',
    '1gi',
    '1GB',
    '1G',
    '1Ti',
    '1 Gi',
    '1Gi ;',
    '"1Gi\\n"',
    '１Gi',
    '1_0Gi',
    '+1Gi',
    '~',
    'true',
    '[]',
    '{}',
    '999999999999999999999Gi',
  ])('refuses %s of storage', (value) => {
    expect(flaws(storage(value))).toEqual([]);
  });

  const version = (value: string) => yaml({ database: `database: { engine: postgresql, version: ${value} }` });
  test.each([
    '14',
    '15.1',
    '15.0',
    '1.5e1',
    '0xF',
    '0o17',
    '+15',
    '015',
    '-15',
    '.inf',
    '.nan',
    '"15 "',
    '"015"',
    '15a',
    '~',
    '[15]',
    'latest',
    '1e999',
    '99999999999999999999',
  ])('refuses version %s', (value) => {
    expect(flaws(version(value))).toEqual([]);
  });

  const port = (value: string) =>
    yaml({ network: `network: { egress: [{ name: a, cidr: 192.0.2.0/24, ports: [{ port: ${value} }] }] }` });
  test.each(['1', '443', '65535'])('accepts port %s', (value) => {
    expect(load(port(value)).ok).toBe(true);
  });
  test.each([
    '0',
    '-1',
    '65536',
    '1e3',
    '4.4e1',
    '0x50',
    '0o120',
    '080',
    '80.0',
    '80.5',
    '.inf',
    '.nan',
    '"443"',
    'https',
    '~',
    'true',
    '[80]',
    '80-90',
    '1_000',
    '9007199254740993',
  ])('refuses port %s', (value) => {
    expect(flaws(port(value))).toEqual([]);
  });

  test.each([
    '2026-11-22',
    '2026-11-23',
    '2027-11-25',
    '9999-12-31',
    '10000-01-01',
    '2027-2-3',
    '2027-02-30',
    '2027-13-01',
    '2027-00-10',
    '2027-01-00',
    '20270301',
    '"2027-03-01T00:00:00Z"',
    '"2027-03-01 "',
    '2027/03/01',
    '01-03-2027',
    '-2027-03-01',
    '"２０２７-03-01"',
    'never',
    '~',
    '.inf',
    '0',
    '[2027-03-01]',
    'today + 120 days',
  ])('refuses %s as end', (value) => {
    expect(flaws(yaml({ ends: `ends: ${value}` }))).toEqual([]);
  });
});

describe('what would reach the cluster otherwise', () => {
  test.each([
    'labels: { pod-security.kubernetes.io/enforce: privileged }',
    'pod-security.kubernetes.io/enforce: privileged',
    'annotations: {}',
    'metadata: { name: kube-system }',
    'namespace: kube-system',
    'kind: Namespace',
    'image: evil@sha256:0',
    'webhook: http://169.254.169.254/',
    'testbed.io/grade: open',
    'toString: x',
    'hasOwnProperty: x',
    '"": x',
    '" name": x',
    'Name: x',
    'ｎame: x',
    '"name\\u0000": x',
    '"n\\u200bame": x',
  ])('refuses the field %s', (field) => {
    expect(flaws(yaml({ more: field }))).toEqual([]);
  });

  test.each([
    '__proto__',
    'constructor',
    'prototype',
    '"__proto__"',
    '"\\u005f_proto__"',
    '!!str __proto__',
    '? __proto__\n',
  ])('refuses the key %s at every depth and pollutes nothing', (key) => {
    expect(flaws(yaml({ more: `${key}: { polluted: true }` }))).toEqual([]);
    const inside = `database:\n  ${key.trim()}: { polluted: true }\n  engine: postgresql\n  version: 15`;
    expect(flaws(yaml({ database: inside }))).toEqual([]);
    expect('polluted' in {}).toBe(false);
  });
});
