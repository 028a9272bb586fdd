import { describe, expect, test } from 'vitest';
import { shown, yaml } from '../given';

// Every message as people read it, English first, then Korean: the words, the place and the caret.
describe('the answer to wrong ports of egress exceptions', () => {
  test('shows ports that do not exist', () => {
    expect(
      shown(
        yaml({
          network:
            'network: { egress: [{ name: api, cidr: 192.0.2.0/24, ports: [{ port: 0 }, { port: 65536 }, { port: 1.5 }, { port: .nan }] }] }',
        }),
      ),
    ).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:70: network.egress[0].ports[0].port: the number 0 is too small: give at least 1
        7 | ends: 2027-03-01
        8 | ….2.0/24, ports: [{ port: 0 }, { port: 65536 }, { port: 1.5 }, { port: .nan }] }] }
          |                           ^
          = accepted: a whole number from 1 to 65535

      testbed.yaml:8:83: network.egress[0].ports[1].port: the number 65536 is too big: give at most 65535
        7 | ends: 2027-03-01
        8 | …s: [{ port: 0 }, { port: 65536 }, { port: 1.5 }, { port: .nan }] }] }
          |                           ^^^^^
          = accepted: a whole number from 1 to 65535

      testbed.yaml:8:100: network.egress[0].ports[2].port: a whole number is needed here, not the number 1.5
        7 | ends: 2027-03-01
        8 | …{ port: 65536 }, { port: 1.5 }, { port: .nan }] }] }
          |                           ^^^
          = accepted: a whole number from 1 to 65535

      testbed.yaml:8:115: network.egress[0].ports[3].port: a whole number is needed here, not the number .nan
        7 | ends: 2027-03-01
        8 | …, { port: 1.5 }, { port: .nan }] }] }
          |                           ^^^^
          = accepted: a whole number from 1 to 65535

      testbed.yaml:8:70: network.egress[0].ports[0].port: 숫자 0: 1 이상의 값을 쓰십시오
        7 | ends: 2027-03-01
        8 | ….2.0/24, ports: [{ port: 0 }, { port: 65536 }, { port: 1.5 }, { port: .nan }] }] }
          |                           ^
          = 허용: 1~65535의 정수

      testbed.yaml:8:83: network.egress[0].ports[1].port: 숫자 65536: 65535 이하의 값을 쓰십시오
        7 | ends: 2027-03-01
        8 | …s: [{ port: 0 }, { port: 65536 }, { port: 1.5 }, { port: .nan }] }] }
          |                           ^^^^^
          = 허용: 1~65535의 정수

      testbed.yaml:8:100: network.egress[0].ports[2].port: 정수 형식이어야 합니다. 지금 값: 숫자 1.5
        7 | ends: 2027-03-01
        8 | …{ port: 65536 }, { port: 1.5 }, { port: .nan }] }] }
          |                           ^^^
          = 허용: 1~65535의 정수

      testbed.yaml:8:115: network.egress[0].ports[3].port: 정수 형식이어야 합니다. 지금 값: 숫자 .nan
        7 | ends: 2027-03-01
        8 | …, { port: 1.5 }, { port: .nan }] }] }
          |                           ^^^^
          = 허용: 1~65535의 정수
      "
    `);
  });

  test('shows a number that YAML versions read differently', () => {
    expect(
      shown(yaml({ network: 'network: { egress: [{ name: api, cidr: 192.0.2.0/24, ports: [{ port: 0443 }] }] }' })),
    ).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:70: network.egress[0].ports[0].port: '0443' is not the same number to every YAML reader: write 443
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 192.0.2.0/24, ports: [{ port: 0443 }] }] }
          |                                                                      ^^^^

      testbed.yaml:8:70: network.egress[0].ports[0].port: '0443': YAML 프로그램에 따라 다른 수로 읽힙니다. 바른 표기: 443
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 192.0.2.0/24, ports: [{ port: 0443 }] }] }
          |                                                                      ^^^^
      "
    `);
  });

  test('shows a protocol that does not exist', () => {
    expect(
      shown(
        yaml({
          network: 'network: { egress: [{ name: api, cidr: 192.0.2.0/24, ports: [{ port: 443, protocol: tcp }] }] }',
        }),
      ),
    ).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:85: network.egress[0].ports[0].protocol: 'tcp' is not accepted here: did you mean 'TCP'?
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 192.0.2.0/24, ports: [{ port: 443, protocol: tcp }] }] }
          |                                                                                     ^^^
          = accepted: TCP, UDP

      testbed.yaml:8:85: network.egress[0].ports[0].protocol: 'tcp': 쓸 수 없는 값입니다. 혹시 'TCP'입니까?
        7 | ends: 2027-03-01
        8 | network: { egress: [{ name: api, cidr: 192.0.2.0/24, ports: [{ port: 443, protocol: tcp }] }] }
          |                                                                                     ^^^
          = 허용: TCP, UDP
      "
    `);
  });

  test('shows names and ports that repeat', () => {
    expect(
      shown(
        yaml({
          network:
            'network:\n  egress:\n    - { name: api, cidr: 192.0.2.0/24, ports: [{ port: 443 }, { port: 443, protocol: TCP }] }\n    - { name: api, cidr: 198.51.100.0/24, ports: [{ port: 443 }] }',
        }),
      ),
    ).toMatchInlineSnapshot(`
      "
      testbed.yaml:10:63: network.egress[0].ports[1]: 443/TCP is open by entry 1 already: name each port once
         9 |   egress:
        10 |     - { name: api, cidr: 192.0.2.0/24, ports: [{ port: 443 }, { port: 443, protocol: TCP }] }
           |                                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           = accepted: a mapping with port and protocol

      testbed.yaml:11:15: network.egress[1].name: 'api' is the name of exception 1 already: choose another
        10 |     - { name: api, cidr: 192.0.2.0/24, ports: [{ port: 443 }, { port: 443, protocol: TCP }] }
        11 |     - { name: api, cidr: 198.51.100.0/24, ports: [{ port: 443 }] }
           |               ^^^
           = accepted: 1 to 30 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit

      testbed.yaml:10:63: network.egress[0].ports[1]: 443/TCP: 1번째 항목과 같은 포트입니다. 포트는 한 번씩만 쓰십시오
         9 |   egress:
        10 |     - { name: api, cidr: 192.0.2.0/24, ports: [{ port: 443 }, { port: 443, protocol: TCP }] }
           |                                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           = 허용: port, protocol의 맵

      testbed.yaml:11:15: network.egress[1].name: 'api': 1번째 예외와 이름이 같습니다. 다른 이름을 쓰십시오
        10 |     - { name: api, cidr: 192.0.2.0/24, ports: [{ port: 443 }, { port: 443, protocol: TCP }] }
        11 |     - { name: api, cidr: 198.51.100.0/24, ports: [{ port: 443 }] }
           |               ^^^
           = 허용: 영문 소문자, 숫자, '-'로 1~30자, 소문자나 숫자로 시작하고 끝남
      "
    `);
  });
});
