import { describe, expect, test } from 'vitest';
import { shown, yaml } from '../given';

// Every message as people read it, English first, then Korean: the words, the place and the caret.
describe('the answer to wrong address ranges of egress exceptions', () => {
  test('shows an address range with host bits', () => {
    expect(shown(yaml({ network: 'network: { egress: [{ name: api, cidr: 10.1.2.3/8, ports: [{ port: 443 }] }] }' })))
      .toMatchInlineSnapshot(`
      "
      testbed.yaml:8:40: network.egress[0].cidr: '10.1.2.3/8' has bits set after its prefix: write 10.0.0.0/8
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 10.1.2.3/8, ports: [{ port: 443 }] }] }
          |                                        ^^^^^^^^^^
          = accepted: a range in canonical form, such as 192.0.2.0/24 or 2001:db8::/32

      testbed.yaml:8:40: network.egress[0].cidr: '10.1.2.3/8': 접두사 길이 뒤에 값이 있습니다. 바른 표기: 10.0.0.0/8
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 10.1.2.3/8, ports: [{ port: 443 }] }] }
          |                                        ^^^^^^^^^^
          = 허용: 192.0.2.0/24, 2001:db8::/32처럼 표준 표기로 쓴 대역
      "
    `);
  });

  test('shows an address without a prefix', () => {
    expect(shown(yaml({ network: 'network: { egress: [{ name: api, cidr: 192.0.2.7, ports: [{ port: 443 }] }] }' })))
      .toMatchInlineSnapshot(`
      "
      testbed.yaml:8:40: network.egress[0].cidr: '192.0.2.7' is an address without a prefix: write 192.0.2.7/32 for this one address
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 192.0.2.7, ports: [{ port: 443 }] }] }
          |                                        ^^^^^^^^^
          = accepted: a range in canonical form, such as 192.0.2.0/24 or 2001:db8::/32

      testbed.yaml:8:40: network.egress[0].cidr: '192.0.2.7': 접두사 길이가 없습니다. 이 주소 하나만 열려면: 192.0.2.7/32
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 192.0.2.7, ports: [{ port: 443 }] }] }
          |                                        ^^^^^^^^^
          = 허용: 192.0.2.0/24, 2001:db8::/32처럼 표준 표기로 쓴 대역
      "
    `);
  });

  test('shows the whole Internet', () => {
    expect(shown(yaml({ network: 'network: { egress: [{ name: api, cidr: 0.0.0.0/0, ports: [{ port: 443 }] }] }' })))
      .toMatchInlineSnapshot(`
      "
      testbed.yaml:8:40: network.egress[0].cidr: '0.0.0.0/0' is every address there is: name the ranges that the testbed needs
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 0.0.0.0/0, ports: [{ port: 443 }] }] }
          |                                        ^^^^^^^^^
          = accepted: a range in canonical form, such as 192.0.2.0/24 or 2001:db8::/32

      testbed.yaml:8:40: network.egress[0].cidr: '0.0.0.0/0': 모든 주소를 뜻합니다. 필요한 대역만 쓰십시오
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 0.0.0.0/0, ports: [{ port: 443 }] }] }
          |                                        ^^^^^^^^^
          = 허용: 192.0.2.0/24, 2001:db8::/32처럼 표준 표기로 쓴 대역
      "
    `);
  });

  test('shows the metadata service', () => {
    expect(
      shown(yaml({ network: 'network: { egress: [{ name: api, cidr: 169.254.169.254/32, ports: [{ port: 80 }] }] }' })),
    ).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:40: network.egress[0].cidr: '169.254.169.254/32' reaches 169.254.0.0/16 (link-local, metadata services), which stays closed: name a range outside it
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 169.254.169.254/32, ports: [{ port: 80 }] }] }
          |                                        ^^^^^^^^^^^^^^^^^^
          = accepted: a range in canonical form, such as 192.0.2.0/24 or 2001:db8::/32

      testbed.yaml:8:40: network.egress[0].cidr: '169.254.169.254/32': 열 수 없는 대역과 겹칩니다: 169.254.0.0/16(링크 로컬, 메타데이터 서비스). 겹치지 않는 대역을 쓰십시오
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 169.254.169.254/32, ports: [{ port: 80 }] }] }
          |                                        ^^^^^^^^^^^^^^^^^^
          = 허용: 192.0.2.0/24, 2001:db8::/32처럼 표준 표기로 쓴 대역
      "
    `);
  });

  test('shows an IPv6 range in another spelling', () => {
    expect(
      shown(yaml({ network: 'network: { egress: [{ name: api, cidr: "2001:DB8:0::/32", ports: [{ port: 443 }] }] }' })),
    ).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:40: network.egress[0].cidr: '2001:DB8:0::/32' is not in canonical form: write 2001:db8::/32
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: "2001:DB8:0::/32", ports: [{ port: 443 }] }] }
          |                                        ^^^^^^^^^^^^^^^^^
          = accepted: a range in canonical form, such as 192.0.2.0/24 or 2001:db8::/32

      testbed.yaml:8:40: network.egress[0].cidr: '2001:DB8:0::/32': 표준 표기가 아닙니다. 바른 표기: 2001:db8::/32
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: "2001:DB8:0::/32", ports: [{ port: 443 }] }] }
          |                                        ^^^^^^^^^^^^^^^^^
          = 허용: 192.0.2.0/24, 2001:db8::/32처럼 표준 표기로 쓴 대역
      "
    `);
  });

  test('shows what is no range', () => {
    expect(shown(yaml({ network: 'network: { egress: [{ name: api, cidr: api.example, ports: [{ port: 443 }] }] }' })))
      .toMatchInlineSnapshot(`
      "
      testbed.yaml:8:40: network.egress[0].cidr: 'api.example' is not an address range: write it like 192.0.2.0/24 or 2001:db8::/32
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: api.example, ports: [{ port: 443 }] }] }
          |                                        ^^^^^^^^^^^
          = accepted: a range in canonical form, such as 192.0.2.0/24 or 2001:db8::/32

      testbed.yaml:8:40: network.egress[0].cidr: 'api.example': 주소 대역이 아닙니다. 192.0.2.0/24나 2001:db8::/32처럼 쓰십시오
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: api.example, ports: [{ port: 443 }] }] }
          |                                        ^^^^^^^^^^^
          = 허용: 192.0.2.0/24, 2001:db8::/32처럼 표준 표기로 쓴 대역
      "
    `);
  });
});
