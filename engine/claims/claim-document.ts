import { z } from 'zod';
import { TestbedError, reasonOf, text } from '../../errors';
import type { DocumentStore, StoredDocument, Version } from '../store/types';
import { requireStackName } from '../stack-name';

/** No holder may ask for more patience than this, in milliseconds. */
export const MAX_TERM_MS = 600_000;

/** What is left to do after former holders: see Claim. Claims of versions that did not know of left credentials say nothing of them. */
const due = z.strictObject({ cluster: z.boolean(), state: z.boolean(), credential: z.boolean().default(false) });

const number = z.int().min(1);
const holder = z.strictObject({
  /** Tells this holding from every other. */
  id: z.string(),
  purpose: z.string(),
  /** RFC 3339, for people only: nothing is decided by the clock of another machine. */
  since: z.string(),
  process: z.strictObject({
    host: z.string(),
    pid: z.int().positive(),
    startedAt: z.string().optional(),
    boot: z.string().optional(),
    pidNamespace: z.string().optional(),
  }),
  beatMs: z.number().positive().max(MAX_TERM_MS),
  termMs: z.number().positive().max(MAX_TERM_MS),
  /** Something of it may go on for a moment when its process is gone, such as a provider's own process. */
  outlived: z.boolean().optional(),
  /** The last sign of life by the monotonic clock of the holder's boot, in milliseconds. */
  aliveAt: z.number(),
});
const claimDocument = z.discriminatedUnion('state', [
  z.strictObject({ version: z.literal(1), state: z.literal('held'), number, due, contested: z.boolean(), holder }),
  z.strictObject({ version: z.literal(1), state: z.literal('free'), number, due, contested: z.boolean() }),
]);

export type Due = z.output<typeof due>;
export type ClaimHolder = z.output<typeof holder>;
export type ClaimDocument = z.output<typeof claimDocument>;

export interface SeenClaim {
  readonly claim: ClaimDocument;
  readonly version: Version;
}

export function claimKey(stack: string): string {
  return `claims/${requireStackName(stack)}`;
}

/** Undefined where nobody ever held the stack. Throws StateUnreadable naming the document. */
export async function readClaim(store: DocumentStore, stack: string): Promise<SeenClaim | undefined> {
  const found = await store.read(claimKey(stack));
  return found === undefined ? undefined : { claim: parse(store, stack, found), version: found.version };
}

export function claimContent(claim: ClaimDocument): Buffer {
  return Buffer.from(`${JSON.stringify(claim)}\n`);
}

function parse(store: DocumentStore, stack: string, { content }: StoredDocument): ClaimDocument {
  try {
    return claimDocument.parse(JSON.parse(content.toString('utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : reasonOf(cause);
    throw new TestbedError(
      'StateUnreadable',
      text(
        `the claim ${claimKey(stack)} in ${store.place} cannot be read: ${why.slice(0, 300)}`,
        `${store.place}의 점유 기록 ${claimKey(stack)}을(를) 읽을 수 없습니다: ${why.slice(0, 300)}`,
      ),
      {
        cause,
        hint: text(
          'it was written by a newer version or by hand: restore it, or end it when nothing works on the stack',
          '더 새로운 버전이나 사람이 작성한 것입니다. 복원하거나, 스택에서 진행 중인 작업이 없으면 지우세요',
        ),
      },
    );
  }
}
