import { z } from 'zod';
import { text } from '../errors';
import { dateComplaint, DATE_PATTERN } from './calendar';
import { cidrComplaint } from './cidr';
import { complain, judgedBy } from './complaint';
import { EMAIL_PATTERN, emailComplaint } from './email';
import { FIELD_DOCS, type FieldPath } from './field-docs';
import { LIMITS } from './limits';
import { LABEL_PATTERN, labelComplaint, nameComplaint, participantComplaint } from './names';
import { STORAGE_PATTERN, storageAtSizeComplaint, storageComplaint } from './storage';
import { quoted } from './visible';

/** Title and description for editors, from the one table of fields. */
function docs(path: FieldPath): { title: string; description: string } {
  const { title, description } = FIELD_DOCS[path];
  return { title: title.en, description: description.en };
}

/** Cross checks run even when other fields are wrong, so that one reading shows every problem. */
const ALWAYS = { when: () => true };

const DEFAULT_SIZE = 'small';

const label = { minLength: 1, pattern: LABEL_PATTERN };
const email = { format: 'email', maxLength: LIMITS.email.max, pattern: EMAIL_PATTERN };

/** Addresses are compared and kept in lower case: one person, one identity. ASCII only, so folding has no surprises. */
const emailAddress = z.string().superRefine(judgedBy(emailComplaint));

const port = z.strictObject({
  port: z.int().min(LIMITS.port.min).max(LIMITS.port.max).meta(docs('network.egress[].ports[].port')),
  protocol: z.enum(['TCP', 'UDP']).default('TCP').meta(docs('network.egress[].ports[].protocol')),
});

const egress = z.strictObject({
  name: z
    .string()
    .superRefine(judgedBy((value) => labelComplaint(value, LIMITS.egressName)))
    .meta({ ...docs('network.egress[].name'), ...label, maxLength: LIMITS.egressName.max }),
  cidr: z.string().superRefine(judgedBy(cidrComplaint)).meta(docs('network.egress[].cidr')),
  ports: z
    .array(port.meta(docs('network.egress[].ports[]')))
    .min(LIMITS.egressPorts.min)
    .max(LIMITS.egressPorts.max)
    .superRefine((ports, context) => {
      for (const { index, first, key } of repeats(ports, portKey))
        complain(
          context,
          text(
            `${key} is open by entry ${first + 1} already: name each port once`,
            `${key}: ${first + 1}번째 항목과 같은 포트입니다. 포트는 한 번씩만 쓰십시오`,
          ),
          [index],
        );
    }, ALWAYS)
    .meta(docs('network.egress[].ports')),
});

const network = z.strictObject({
  egress: z
    .array(egress.meta(docs('network.egress[]')))
    .max(LIMITS.egress.max)
    .default([])
    .superRefine((entries, context) => {
      for (const { index, first, key } of repeats(entries, (entry) => folded(field(entry, 'name'))))
        complain(
          context,
          text(
            `${quoted(key)} is the name of exception ${first + 1} already: choose another`,
            `${quoted(key)}: ${first + 1}번째 예외와 이름이 같습니다. 다른 이름을 쓰십시오`,
          ),
          [index, 'name'],
        );
    }, ALWAYS)
    .meta(docs('network.egress')),
});

const database = z.strictObject({
  engine: z.enum(['postgresql']).meta(docs('database.engine')),
  version: z
    .literal([15, '15'])
    .transform(() => 15 as const)
    .meta(docs('database.version')),
  storage: z
    .string()
    .superRefine(judgedBy(storageComplaint))
    .default('1Gi')
    .meta({ ...docs('database.storage'), pattern: STORAGE_PATTERN }),
});

/**
 * The one schema of testbed.yaml. It knows no clock: that `ends` lies ahead is judged where a file is loaded. It accepts the grade
 * `classified`, which is a valid thing to say and is refused afterwards with its reason (`judgeGrade`).
 */
export const specSchema = z
  .strictObject({
    apiVersion: z.literal('testbed/v1').meta(docs('apiVersion')),
    name: z
      .string()
      .superRefine(judgedBy(nameComplaint))
      .brand<'TestbedName'>()
      .meta({ ...docs('name'), ...label, minLength: LIMITS.name.min, maxLength: LIMITS.name.max }),
    participant: z
      .string()
      .superRefine(judgedBy(participantComplaint))
      .meta({ ...docs('participant'), minLength: LIMITS.participant.min, maxLength: LIMITS.participant.max }),
    members: z
      .array(emailAddress.transform(lowerCase).meta({ ...docs('members[]'), ...email }))
      .min(LIMITS.members.min)
      .max(LIMITS.members.max)
      .superRefine((members, context) => {
        for (const { index, first, key } of repeats(members, folded))
          complain(
            context,
            text(
              `${quoted(key)} is the same address as entry ${first + 1}: name each person once`,
              `${quoted(key)}: ${first + 1}번째 항목과 같은 주소입니다. 한 사람은 한 번만 쓰십시오`,
            ),
            [index],
          );
      }, ALWAYS)
      .meta(docs('members')),
    owner: emailAddress.transform(lowerCase).meta({ ...docs('owner'), ...email }),
    grade: z.enum(['open', 'sensitive', 'classified']).meta(docs('grade')),
    size: z.enum(['small', 'medium', 'large']).default(DEFAULT_SIZE).meta(docs('size')),
    ends: z
      .string()
      .superRefine(judgedBy(dateComplaint))
      .meta({ ...docs('ends'), format: 'date', pattern: DATE_PATTERN }),
    database: database.exactOptional().meta(docs('database')),
    ci: z.literal(false).default(false).meta(docs('ci')),
    network: network.prefault({}).meta(docs('network')),
  })
  .superRefine((spec: unknown, context) => {
    const owner = folded(field(spec, 'owner'));
    const members = field(spec, 'members');
    if (owner === undefined || !Array.isArray(members)) return;
    const index = members.findIndex((member) => folded(member) === owner);
    if (index >= 0)
      complain(
        context,
        text(
          `${quoted(owner)} is also member ${index + 1}: name an accountable person at the public body who is not a member`,
          `${quoted(owner)}: ${index + 1}번째 구성원이기도 합니다. 구성원이 아닌 공공기관의 책임자를 쓰십시오`,
        ),
        ['owner'],
      );
  }, ALWAYS)
  .superRefine((spec: unknown, context) => {
    const storage = field(field(spec, 'database'), 'storage');
    const complaint = storageAtSizeComplaint(storage, field(spec, 'size') ?? DEFAULT_SIZE);
    if (complaint !== undefined) complain(context, complaint, ['database', 'storage']);
  }, ALWAYS)
  .meta({ ...docs('') });

/** A testbed.yaml that was read and judged: addresses in lower case, defaults filled in, `name` branded as one that follows the rules. */
export type Spec = z.output<typeof specSchema>;

function lowerCase(address: string): string {
  return address.toLowerCase();
}

function portKey(entry: unknown): string | undefined {
  const number = field(entry, 'port');
  const protocol = field(entry, 'protocol') ?? 'TCP';
  return typeof number === 'number' && typeof protocol === 'string' ? `${number}/${protocol}` : undefined;
}

/** A string in lower case, for comparisons among values that may still be wrong. */
function folded(value: unknown): string | undefined {
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

interface Repeat {
  readonly index: number;
  readonly first: number;
  readonly key: string;
}

/** The entries whose key an earlier entry has, each with the place of the first; entries without a key never repeat. */
function repeats(entries: unknown, keyOf: (entry: unknown) => string | undefined): Repeat[] {
  if (!Array.isArray(entries)) return [];
  const seen = new Map<string, number>();
  const found: Repeat[] = [];
  entries.forEach((entry: unknown, index) => {
    const key = keyOf(entry);
    if (key === undefined) return;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else found.push({ index, first, key });
  });
  return found;
}
