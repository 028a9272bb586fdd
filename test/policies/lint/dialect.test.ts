import { expect, test } from 'vitest';
import { createClient } from '../../../kubernetes/client';
import { createLibrary } from '../../../policies/evaluation/library';
import { PatternCache } from '../../../policies/evaluation/patterns';
import { DIALECT, isAtLeast } from '../../../policies/lint/dialect';
import { testSurroundings } from '../../support/cluster';

/** The minor of the API server that the tests run. */
const SERVER = '1.34';

/** One bool of CEL that calls each function of the table, by kind and name. */
const CALLS: Readonly<Record<string, string>> = {
  'macro has': 'has(object.metadata)',
  'macro all': '[1].all(x, x > 0)',
  'macro exists': '[1].exists(x, x > 0)',
  'macro exists_one': '[1].exists_one(x, x > 0)',
  'macro map': '[1].map(x, x + 1) == [2]',
  'macro filter': '[1].filter(x, x > 1) == []',
  'macro transformList': '[1].transformList(i, v, v + i) == [1]',
  'macro transformMap': '[1].transformMap(i, v, v) == {0: 1}',
  'macro transformMapEntry': '[1].transformMapEntry(i, v, {v: i}) == {1: 0}',
  'macro existsOne': '[1].existsOne(i, v, v > 0)',
  'global size': "size('a') == 1",
  'global string': "string(1) == '1'",
  'global int': "int('1') == 1",
  'global double': "double('1') == 1.0",
  'global bool': "bool('true')",
  'global dyn': "dyn('a') == 'a'",
  'global duration': "duration('1h') > duration('1m')",
  'global timestamp': "timestamp('2026-01-01T00:00:00Z') > timestamp('2025-01-01T00:00:00Z')",
  'global matches': "matches('a', 'a')",
  'global quantity': "quantity('1') == quantity('1000m')",
  'global isQuantity': "isQuantity('1Gi')",
  'global uint': "uint('1') == 1u",
  'global bytes': "bytes('a') == b'a'",
  'global type': "type('a') == string",
  'global sign': "sign(quantity('1')) == 1",
  'global url': "url('https://a.example').getScheme() == 'https'",
  'global isURL': "isURL('https://a.example')",
  'global strings.quote': "strings.quote('a') == '\"a\"'",
  'global optional.of': 'optional.of(1).hasValue()',
  'global optional.none': '!optional.none().hasValue()',
  'global optional.ofNonZeroValue': 'optional.ofNonZeroValue(1).hasValue()',
  'global sets.contains': 'sets.contains([1], [1])',
  'global sets.equivalent': 'sets.equivalent([1], [1])',
  'global sets.intersects': 'sets.intersects([1], [1])',
  'global ip': "ip('10.0.0.1').family() == 4",
  'global isIP': "isIP('10.0.0.1')",
  'global ip.isCanonical': "ip.isCanonical('10.0.0.1')",
  'global cidr': "cidr('10.0.0.0/8').prefixLength() == 8",
  'global isCIDR': "isCIDR('10.0.0.0/8')",
  'global format.named': "format.named('dns1123Label').hasValue()",
  'global format.dns1123Label': "!format.dns1123Label().validate('a').hasValue()",
  'global format.dns1123Subdomain': "!format.dns1123Subdomain().validate('a').hasValue()",
  'global format.dns1035Label': "!format.dns1035Label().validate('a').hasValue()",
  'global semver': "semver('1.2.3').major() == 1",
  'global isSemver': "isSemver('1.2.3')",
  'global lists.range': 'lists.range(2) == [0, 1]',
  'method size': "'a'.size() == 1",
  'method startsWith': "'ab'.startsWith('a')",
  'method endsWith': "'ab'.endsWith('b')",
  'method contains': "'ab'.contains('b')",
  'method matches': "'ab'.matches('^a')",
  'method find': "'ab'.find('b') == 'b'",
  'method findAll': "'ab'.findAll('b') == ['b']",
  'method split': "'a b'.split(' ') == ['a', 'b']",
  'method join': "['a', 'b'].join(' ') == 'a b'",
  'method lowerAscii': "'A'.lowerAscii() == 'a'",
  'method upperAscii': "'a'.upperAscii() == 'A'",
  'method trim': "' a'.trim() == 'a'",
  'method replace': "'ab'.replace('b', 'a') == 'aa'",
  'method substring': "'ab'.substring(1) == 'b'",
  'method indexOf': "'ab'.indexOf('b') == 1",
  'method lastIndexOf': "'ab'.lastIndexOf('b') == 1",
  'method charAt': "'ab'.charAt(1) == 'b'",
  'method format': "'%s'.format(['a']) == 'a'",
  'method isSorted': '[1, 2].isSorted()',
  'method sum': '[1, 2].sum() == 3',
  'method min': '[1, 2].min() == 1',
  'method max': '[1, 2].max() == 2',
  'method isGreaterThan': "quantity('2').isGreaterThan(quantity('1'))",
  'method isLessThan': "quantity('1').isLessThan(quantity('2'))",
  'method compareTo': "quantity('1').compareTo(quantity('2')) == -1",
  'method isInteger': "quantity('1').isInteger()",
  'method asInteger': "quantity('1').asInteger() == 1",
  'method asApproximateFloat': "quantity('1').asApproximateFloat() == 1.0",
  'method add': "quantity('1').add(1) == quantity('2')",
  'method sub': "quantity('2').sub(1) == quantity('1')",
  'method getScheme': "url('https://a.example').getScheme() == 'https'",
  'method getHost': "url('https://a.example').getHost() == 'a.example'",
  'method getHostname': "url('https://a.example').getHostname() == 'a.example'",
  'method getPort': "url('https://a.example:1').getPort() == '1'",
  'method getEscapedPath': "url('https://a.example/a').getEscapedPath() == '/a'",
  'method getQuery': "url('https://a.example?a=b').getQuery() == {'a': ['b']}",
  'method or': 'optional.none().or(optional.of(1)).hasValue()',
  'method orValue': 'optional.of(1).orValue(2) == 1',
  'method hasValue': 'optional.of(1).hasValue()',
  'method value': 'optional.of(1).value() == 1',
  'method containsIP': "cidr('10.0.0.0/8').containsIP('10.0.0.1')",
  'method containsCIDR': "cidr('10.0.0.0/8').containsCIDR('10.0.0.0/16')",
  'method ip': "cidr('10.0.0.0/8').ip() == ip('10.0.0.0')",
  'method family': "ip('10.0.0.1').family() == 4",
  'method prefixLength': "cidr('10.0.0.0/8').prefixLength() == 8",
  'method masked': "cidr('10.0.0.1/8').masked() == cidr('10.0.0.0/8')",
  'method isUnspecified': "ip('0.0.0.0').isUnspecified()",
  'method isLoopback': "ip('127.0.0.1').isLoopback()",
  'method isLinkLocalMulticast': "ip('224.0.0.1').isLinkLocalMulticast()",
  'method isLinkLocalUnicast': "ip('169.254.169.254').isLinkLocalUnicast()",
  'method isGlobalUnicast': "ip('10.0.0.1').isGlobalUnicast()",
  'method validate': "!format.dns1123Label().validate('a').hasValue()",
  'method major': "semver('1.2.3').major() == 1",
  'method minor': "semver('1.2.3').minor() == 2",
  'method patch': "semver('1.2.3').patch() == 3",
  'method slice': '[1, 2].slice(0, 1) == [1]',
  'method flatten': '[[1]].flatten() == [1]',
  'method distinct': '[1, 1].distinct() == [1]',
  'method sort': '[2, 1].sort() == [1, 2]',
  'method sortBy': '[2, 1].sortBy(x, x) == [1, 2]',
  'method first': '[1].first().hasValue()',
  'method last': '[1].last().hasValue()',
  ...Object.fromEntries(
    'getFullYear getMonth getDayOfMonth getDate getDayOfYear getDayOfWeek getHours getMinutes getSeconds getMilliseconds'
      .split(' ')
      .map((name) => [`method ${name}`, `timestamp('2026-01-01T00:00:00Z').${name}() >= 0`]),
  ),
};

test('every function of the table is called by the test, and none is there twice', () => {
  const names = DIALECT.map(({ kind, name }) => `${kind} ${name}`);
  expect(Object.keys(CALLS).sort()).toEqual([...names].sort());
});

test('a real API server takes what the table says that its minor takes, and no more', async () => {
  const client = createClient(testSurroundings().connection);
  try {
    const taken = await Promise.all(
      Object.values(CALLS).map((expression, index) =>
        client.create(policy(`dialect-${index}`, expression), { dryRun: true }).then(
          () => 'taken',
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        ),
      ),
    );
    const said = Object.keys(CALLS).map((call, index) => [call, taken[index] === 'taken'] as const);
    const wanted = Object.keys(CALLS).map((call) => {
      const entry = DIALECT.find(({ kind, name }) => `${kind} ${name}` === call);
      return [call, entry !== undefined && isAtLeast(SERVER, entry.since)] as const;
    });
    expect(said).toEqual(wanted);
  } finally {
    await client.close();
  }
});

test('what the table lets rules call is what our evaluator has', () => {
  const { globals, methods } = createLibrary(new PatternCache());
  const names = (natives: object): string[] => [
    ...new Set(Object.keys(natives).map((name) => name.slice(0, name.indexOf('/')))),
  ];
  const ours = (kind: string): string[] =>
    DIALECT.filter((entry) => entry.kind === kind && entry.ours).map(({ name }) => name);
  expect(ours('global').sort()).toEqual(names(globals).sort());
  expect(ours('method').sort()).toEqual(names(methods).sort());
});

function policy(name: string, expression: string) {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      },
      validations: [{ expression }],
    },
  };
}
