import { text, type Text } from '../errors';
import { LIMITS, RESERVED_NAMES, RESERVED_PREFIXES } from './limits';
import { STORAGE_BY_SIZE } from './storage';

/** What people are told of one field, in both languages; the JSON Schema, the messages and the reference are made from it. */
export interface FieldDoc {
  readonly title: Text;
  readonly description: Text;
  /** What the field accepts, as one line. */
  readonly accepted: Text;
}

const reserved = [...RESERVED_PREFIXES.map((prefix) => `${prefix}…`), ...RESERVED_NAMES].join(', ');

const email = text(
  `an e-mail address in ASCII, at most ${LIMITS.email.max} characters`,
  `ASCII 전자우편 주소, 최대 ${LIMITS.email.max}자`,
);

/** Every field by its path; `[]` stands for each entry of a list. The order is the order of the reference. */
export const FIELD_DOCS = {
  '': {
    title: text('testbed.yaml', 'testbed.yaml'),
    description: text('What one testbed shall be.', '테스트베드 하나의 명세입니다.'),
    accepted: text('a mapping of fields', '필드의 맵'),
  },
  apiVersion: {
    title: text('Format version', '형식 버전'),
    description: text('Version of this file format.', '이 파일 형식의 버전입니다.'),
    accepted: text('testbed/v1', 'testbed/v1'),
  },
  name: {
    title: text('Name', '이름'),
    description: text(
      'Name of the testbed, unique at its site. Commands call it by this name.',
      '테스트베드의 이름입니다. 기관 안에서 하나뿐이어야 하며, 명령에서 이 이름으로 부릅니다.',
    ),
    accepted: text(
      `${LIMITS.name.min} to ${LIMITS.name.max} lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: ${reserved}`,
      `영문 소문자, 숫자, '-'로 ${LIMITS.name.min}~${LIMITS.name.max}자, 소문자나 숫자로 시작하고 끝남. 예약됨: ${reserved}`,
    ),
  },
  participant: {
    title: text('Participant', '참여 기업'),
    description: text(
      'Display name of the company that uses the testbed, in any script.',
      '테스트베드를 쓰는 기업의 표시 이름입니다. 한글을 쓸 수 있습니다.',
    ),
    accepted: text(
      `${LIMITS.participant.min} to ${LIMITS.participant.max} characters on one line, in composed form (NFC), without control or invisible characters`,
      `한 줄 ${LIMITS.participant.min}~${LIMITS.participant.max}자, 완성형(NFC), 제어 문자와 보이지 않는 문자 제외`,
    ),
  },
  members: {
    title: text('Members', '구성원'),
    description: text(
      'The persons of the participant who get access. Upper and lower case do not differ.',
      '접근 권한을 받는 참여 기업 사람들입니다. 대소문자를 구분하지 않습니다.',
    ),
    accepted: text(
      `a list of ${LIMITS.members.min} to ${LIMITS.members.max} e-mail addresses, each once`,
      `중복 없는 전자우편 주소 ${LIMITS.members.min}~${LIMITS.members.max}개의 목록`,
    ),
  },
  'members[]': {
    title: text('Member', '구성원 한 사람'),
    description: text('E-mail address of one member.', '구성원 한 사람의 전자우편 주소입니다.'),
    accepted: email,
  },
  owner: {
    title: text('Owner', '책임자'),
    description: text(
      'The accountable person at the public body. Who answers for a testbed does not use it, so this is none of the members.',
      '공공기관의 담당 책임자입니다. 책임자는 테스트베드를 직접 쓰지 않으므로 구성원일 수 없습니다.',
    ),
    accepted: text(`${email.en}, not one of the members`, `${email.ko}, 구성원이 아닌 사람`),
  },
  grade: {
    title: text('Grade', '등급'),
    description: text(
      'Security grade of what is processed here: open (O), sensitive (S) or classified (C). A shared cluster refuses classified.',
      '처리하는 업무정보의 보안 등급입니다: open(공개, O), sensitive(민감, S), classified(기밀, C). 공용 클러스터는 기밀 등급을 받지 않습니다.',
    ),
    accepted: text('open, sensitive', 'open(공개), sensitive(민감)'),
  },
  size: {
    title: text('Size', '크기'),
    description: text('How much the testbed may use.', '테스트베드가 쓸 수 있는 자원의 크기입니다.'),
    accepted: text('small, medium, large', 'small, medium, large'),
  },
  ends: {
    title: text('End', '종료일'),
    description: text(
      'The day on which the testbed ends. Every testbed has one.',
      '테스트베드가 끝나는 날입니다. 모든 테스트베드에 있어야 합니다.',
    ),
    accepted: text(
      `a date YYYY-MM-DD after today, at most ${LIMITS.endsDays} days ahead`,
      `오늘보다 뒤이고 ${LIMITS.endsDays}일 이내인 날짜 YYYY-MM-DD`,
    ),
  },
  database: {
    title: text('Database', '데이터베이스'),
    description: text(
      'The database of the testbed. Leave it out for none.',
      '테스트베드의 데이터베이스입니다. 필요 없으면 쓰지 않습니다.',
    ),
    accepted: text('a mapping with engine, version and storage', 'engine, version, storage의 맵'),
  },
  'database.engine': {
    title: text('Database engine', '데이터베이스 종류'),
    description: text('Which database it is.', '어떤 데이터베이스인지 정합니다.'),
    accepted: text('postgresql', 'postgresql'),
  },
  'database.version': {
    title: text('Database version', '데이터베이스 버전'),
    description: text('Major version of the engine.', '데이터베이스의 주 버전입니다.'),
    accepted: text('15', '15'),
  },
  'database.storage': {
    title: text('Database storage', '데이터베이스 용량'),
    description: text('Size of the volume that holds the data.', '데이터를 담는 볼륨의 크기입니다.'),
    accepted: text(
      `a whole number with Mi or Gi, ${LIMITS.storage.min} up to the limit of the size: ${STORAGE_BY_SIZE}`,
      `Mi나 Gi를 붙인 정수, ${LIMITS.storage.min}부터 크기별 한도까지: ${STORAGE_BY_SIZE}`,
    ),
  },
  ci: {
    title: text('CI', 'CI'),
    description: text(
      'Continuous integration. Not available yet; it joins in a later version.',
      '지속적 통합(CI)입니다. 아직 쓸 수 없으며 이후 버전에서 제공합니다.',
    ),
    accepted: text('false, or leave the field out', 'false, 또는 필드를 쓰지 않음'),
  },
  network: {
    title: text('Network', '네트워크'),
    description: text(
      'What leaves the testbed. Without it nothing does.',
      '테스트베드 밖으로 나가는 통신입니다. 쓰지 않으면 모두 막힙니다.',
    ),
    accepted: text('a mapping with egress', 'egress의 맵'),
  },
  'network.egress': {
    title: text('Egress exceptions', '외부 통신 예외'),
    description: text(
      'Named exceptions from the rule that nothing leaves the testbed.',
      '외부로 나가는 통신을 모두 막는 규칙의 예외 목록입니다. 예외마다 이름을 붙입니다.',
    ),
    accepted: text(`a list of at most ${LIMITS.egress.max} exceptions`, `예외 최대 ${LIMITS.egress.max}개의 목록`),
  },
  'network.egress[]': {
    title: text('Egress exception', '외부 통신 예외 하나'),
    description: text('One range and the ports that are open to it.', '주소 대역 하나와 그 대역에 여는 포트입니다.'),
    accepted: text('a mapping with name, cidr and ports', 'name, cidr, ports의 맵'),
  },
  'network.egress[].name': {
    title: text('Exception name', '예외 이름'),
    description: text(
      'Name of the exception, unique in its testbed.',
      '예외의 이름입니다. 테스트베드 안에서 하나뿐이어야 합니다.',
    ),
    accepted: text(
      `${LIMITS.egressName.min} to ${LIMITS.egressName.max} lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit`,
      `영문 소문자, 숫자, '-'로 ${LIMITS.egressName.min}~${LIMITS.egressName.max}자, 소문자나 숫자로 시작하고 끝남`,
    ),
  },
  'network.egress[].cidr': {
    title: text('Address range', '주소 대역'),
    description: text(
      'Destination range, IPv4 or IPv6. Loopback, link-local, multicast and metadata addresses stay closed.',
      '목적지 주소 대역(IPv4 또는 IPv6)입니다. 루프백, 링크 로컬, 멀티캐스트, 메타데이터 주소는 열 수 없습니다.',
    ),
    accepted: text(
      'a range in canonical form, such as 192.0.2.0/24 or 2001:db8::/32',
      '192.0.2.0/24, 2001:db8::/32처럼 표준 표기로 쓴 대역',
    ),
  },
  'network.egress[].ports': {
    title: text('Ports', '포트'),
    description: text('The ports that are open to the range.', '대역에 여는 포트입니다.'),
    accepted: text(
      `a list of ${LIMITS.egressPorts.min} to ${LIMITS.egressPorts.max} ports, each once`,
      `중복 없는 포트 ${LIMITS.egressPorts.min}~${LIMITS.egressPorts.max}개의 목록`,
    ),
  },
  'network.egress[].ports[]': {
    title: text('Port', '포트 하나'),
    description: text('One port with its protocol.', '포트와 프로토콜입니다.'),
    accepted: text('a mapping with port and protocol', 'port, protocol의 맵'),
  },
  'network.egress[].ports[].port': {
    title: text('Port number', '포트 번호'),
    description: text('Number of the port.', '포트의 번호입니다.'),
    accepted: text(
      `a whole number from ${LIMITS.port.min} to ${LIMITS.port.max}`,
      `${LIMITS.port.min}~${LIMITS.port.max}의 정수`,
    ),
  },
  'network.egress[].ports[].protocol': {
    title: text('Protocol', '프로토콜'),
    description: text('Transport protocol of the port.', '포트의 전송 프로토콜입니다.'),
    accepted: text('TCP, UDP', 'TCP, UDP'),
  },
} as const satisfies Readonly<Record<string, FieldDoc>>;

export type FieldPath = keyof typeof FIELD_DOCS;

/** The documentation of what lies at `path` of a spec (`['members', 3]`); undefined where no field is. */
export function fieldDoc(path: readonly PropertyKey[]): FieldDoc | undefined {
  const field = path.reduce<string>((so, step) => {
    if (typeof step === 'number') return `${so}[]`;
    return so === '' ? String(step) : `${so}.${String(step)}`;
  }, '');
  return isFieldPath(field) ? FIELD_DOCS[field] : undefined;
}

function isFieldPath(path: string): path is FieldPath {
  return Object.hasOwn(FIELD_DOCS, path);
}
