import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadSpec } from '../../spec';
import { flawsUnlessAccepted, load, loaded, messages, NOW, refused, yaml } from './given';

describe('a spec that is right', () => {
  test('is filled up with defaults', () => {
    expect(loaded(yaml())).toEqual({
      apiVersion: 'testbed/v1',
      name: 'acme',
      participant: '주식회사 예시',
      members: ['dev@startup.example'],
      owner: 'owner@agency.example',
      grade: 'open',
      size: 'small',
      ends: '2027-03-01',
      ci: false,
      network: { egress: [] },
    });
  });

  test('has a database of 1Gi where it says nothing else, its version as a number or as text', () => {
    const expected = { engine: 'postgresql', version: 15, storage: '1Gi' };
    expect(loaded(yaml({ database: 'database: { engine: postgresql, version: 15 }' })).database).toEqual(expected);
    expect(loaded(yaml({ database: 'database: { engine: postgresql, version: "15" }' })).database).toEqual(expected);
  });

  test('keeps addresses in lower case', () => {
    const spec = loaded(yaml({ members: 'members: [Dev@Startup.Example]', owner: 'owner: Owner@Agency.Example' }));
    expect([spec.members, spec.owner]).toEqual([['dev@startup.example'], 'owner@agency.example']);
  });

  test('may begin with a byte order mark and end its lines with CR LF', () => {
    expect(loaded(`\ufeff${yaml().replaceAll('\n', '\r\n')}`)).toEqual(loaded(yaml()));
  });

  test('counts columns without the byte order mark', () => {
    expect(refused(`\ufeff${yaml({ apiVersion: 'apiVersion: v1' })}`).issues[0]).toMatchObject({ line: 1, column: 13 });
  });

  test('may say that there is no CI', () => {
    expect(loaded(yaml({ ci: 'ci: false' })).ci).toBe(false);
  });

  test('takes words in quotes that YAML readers disagree about', () => {
    expect(loaded(yaml({ name: "name: 'yes'" })).name).toBe('yes');
    expect(loaded(yaml({ participant: "participant: '12:30:45'" })).participant).toBe('12:30:45');
  });

  test('opens TCP where an exception names no protocol', () => {
    const network = 'network: { egress: [{ name: api, cidr: 192.0.2.0/24, ports: [{ port: 443 }] }] }';
    expect(loaded(yaml({ network })).network.egress).toEqual([
      { name: 'api', cidr: '192.0.2.0/24', ports: [{ port: 443, protocol: 'TCP' }] },
    ]);
  });
});

describe('the clock', () => {
  const ends = (date: string, now: Date, offsetMinutes?: number) =>
    loadSpec(
      { file: 'testbed.yaml', text: yaml({ ends: `ends: ${date}` }) },
      { now, ...(offsetMinutes === undefined ? {} : { offsetMinutes }) },
    ).ok;

  test('lets a testbed end from tomorrow on and 366 days ahead at most', () => {
    expect(['2026-11-23', '2026-11-24', '2027-11-24', '2027-11-25'].map((date) => ends(date, NOW))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('changes the day at midnight in Korea unless another offset is given', () => {
    const before = new Date('2026-11-23T14:59:59Z');
    const after = new Date('2026-11-23T15:00:00Z');
    expect([ends('2026-11-24', before), ends('2026-11-24', after), ends('2026-11-24', after, 0)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('a spec that is wrong', () => {
  test('tells everything at once, in the order of the file', () => {
    const text = yaml({
      name: 'name: Acme',
      members: 'members: [a@b.example, A@b.example, "no"]',
      grade: 'grade: secret',
      more: '<<: { a: 1 }',
      other: 'extra: &x 1',
    });
    const { issues } = refused(text);
    expect(issues.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual([
      '2:7 name',
      '4:24 members[1]',
      '4:37 members[2]',
      '6:8 grade',
      '8:1 ',
      '9:1 extra',
      '9:11 extra',
    ]);
  });

  test('judges across fields even when other fields are wrong', () => {
    expect(messages(yaml({ name: 'name: A', size: 'size: 7', owner: 'owner: dev@startup.example' }))).toContain(
      "'dev@startup.example' is also member 1: name an accountable person at the public body who is not a member",
    );
  });

  test('does not blame what follows a break of the syntax', () => {
    const text = 'apiVersion: testbed/v1\nname: Acme\nmembers: [a@b.example\nowner: x\ngrade: y\n';
    expect(refused(text).issues.map(({ path }) => path)).toEqual(['name', '']);
  });

  test('lists fifty problems and counts the rest', () => {
    const failure = refused(yaml({ more: Array.from({ length: 80 }, (_, index) => `field${index}: 1`).join('\n') }));
    expect([failure.issues.length, failure.omitted]).toEqual([50, 30]);
  });

  test('does not call a correct field missing because another stands twice', () => {
    expect(messages(yaml({ more: 'grade: sensitive' }))).toEqual([
      "the field 'grade' stands on line 6 already: keep one of the two",
    ]);
  });
});

describe('properties', () => {
  const label = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,12}[a-z0-9]$/).filter((name) => !/^(default|tb-)/.test(name));
  const QUOTAS = [
    [undefined, 10],
    ['small', 10],
    ['medium', 50],
    ['large', 100],
  ] as const;
  const ofSize = (size: string | undefined, gibibytes: number) =>
    fc.record(
      {
        apiVersion: fc.constant('testbed/v1'),
        name: label.map((name) => `x${name}`),
        participant: fc.stringMatching(/^[가-힣A-Za-z0-9]{1,20}( [가-힣a-z]{1,20})?$/),
        members: fc.uniqueArray(
          label.map((name) => `${name}@startup.example`),
          { minLength: 1, maxLength: 50 },
        ),
        owner: fc.constant('owner@agency.example'),
        grade: fc.constantFrom('open', 'sensitive', 'classified'),
        ends: fc
          .integer({ min: 1, max: 366 })
          .map((days) => new Date(Date.UTC(2026, 10, 23 + days)).toISOString().slice(0, 10)),
        size: fc.constant(size),
        database: fc.record({
          engine: fc.constant('postgresql'),
          version: fc.constantFrom(15, '15'),
          storage: fc.oneof(
            fc.integer({ min: 1, max: gibibytes }).map((amount) => `${amount}Gi`),
            fc.integer({ min: 100, max: gibibytes * 1024 }).map((amount) => `${amount}Mi`),
          ),
        }),
      },
      { requiredKeys: ['apiVersion', 'name', 'participant', 'members', 'owner', 'grade', 'ends', 'size'] },
    );
  const spec = fc.oneof(...QUOTAS.map(([size, gibibytes]) => ofSize(size, gibibytes)));

  test('what was accepted is accepted again as it came out', () => {
    fc.assert(
      fc.property(spec, (input) => {
        const first = loaded(JSON.stringify(input));
        expect(loaded(JSON.stringify(first))).toEqual(first);
      }),
    );
  });

  test('a database holds at most what its size allows, and may hold all of it', () => {
    const wanted = fc.tuple(fc.constantFrom(...QUOTAS), fc.integer({ min: 100, max: 102_400 }));
    fc.assert(
      fc.property(wanted, ([[size, gibibytes], mebibytes]) => {
        const database = `database: { engine: postgresql, version: 15, storage: ${mebibytes}Mi }`;
        const result = load(yaml({ ...(size && { size: `size: ${size}` }), database }));
        expect(result.ok ? [] : result.issues.map(({ path }) => path)).toEqual(
          mebibytes <= gibibytes * 1024 ? [] : ['database.storage'],
        );
      }),
    );
  });

  test('any text as any field is answered, at a place inside the file', () => {
    const field = fc.constantFrom(
      'name',
      'participant',
      'owner',
      'grade',
      'ends',
      'size',
      'database',
      'ci',
      'network',
      'members',
    );
    fc.assert(
      fc.property(
        field,
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })),
        fc.boolean(),
        (name, value, quote) => {
          expect(flawsUnlessAccepted(yaml({ [name]: `${name}: ${quote ? JSON.stringify(value) : value}` }))).toEqual(
            [],
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test('any text as a file is answered, at a place inside the file', () => {
    const yamlish = fc.string({
      unit: fc.constantFrom(...'ab:-?[]{},&*!|>\'"%@`#~<= \n\t\r0.'.split('')),
      maxLength: 60,
    });
    fc.assert(
      fc.property(yamlish, (text) => {
        expect(flawsUnlessAccepted(text)).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  test('any value of JSON as any field is answered', () => {
    fc.assert(
      fc.property(fc.constantFrom('name', 'members', 'database', 'network', 'ends'), fc.jsonValue(), (name, value) => {
        expect(flawsUnlessAccepted(yaml({ [name]: `${name}: ${JSON.stringify(value)}` }))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
