import { z } from 'zod';
import type { ResourceChange } from '../engine/types';
import type { DocumentStore } from '../engine/store/types';
import { TestbedError, reasonOf, text } from '../errors';

/** A difference, and since when it was seen to be just that. */
export interface Strike {
  readonly urn: string;
  readonly resourceType: string;
  readonly name: string;
  readonly operation: ResourceChange['operation'];
  readonly paths: readonly string[];
  /** RFC 3339. */
  readonly firstSeen: string;
  /** It was there in an earlier look already, long enough ago: whoever was in the middle of a change has finished. */
  readonly seenAgain: boolean;
}

const memorySchema = z.strictObject({
  version: z.literal(1),
  seen: z.array(
    z.strictObject({
      urn: z.string(),
      operation: z.string(),
      paths: z.array(z.string()),
      firstSeen: z.string(),
    }),
  ),
});

/** More differences than this are all new at each look: nobody repairs that many unseen. */
const REMEMBERED = 2000;

const keyOf = (stack: string): string => `drift/${stack}`;

/**
 * Takes down what a look at a stack found, and says what was there before. The same difference is the same object with the same paths; what is not
 * found any more is forgotten. `settleSeconds` is how long it must have been there. Two looks at the same time: one of them is remembered.
 */
export async function rememberDrift(
  store: DocumentStore,
  stack: string,
  changes: readonly ResourceChange[],
  { now, settleSeconds }: { readonly now: Date; readonly settleSeconds: number },
): Promise<readonly Strike[]> {
  const before = await store.read(keyOf(stack));
  const known = new Map(
    (before === undefined ? [] : parsed(store, stack, before.content)).map((one) => [identityOf(one), one.firstSeen]),
  );
  const strikes = changes.map(({ urn, resourceType, name, operation, paths }): Strike => {
    const firstSeen = known.get(identityOf({ urn, operation, paths }));
    const age = firstSeen === undefined ? undefined : now.getTime() - Date.parse(firstSeen);
    return {
      urn,
      resourceType,
      name,
      operation,
      paths,
      firstSeen: firstSeen ?? now.toISOString(),
      seenAgain: age !== undefined && age >= settleSeconds * 1000,
    };
  });
  const seen = strikes
    .slice(0, REMEMBERED)
    .map(({ urn, operation, paths, firstSeen }) => ({ urn, operation, paths, firstSeen }));
  if (seen.length === 0) {
    if (before !== undefined) await store.end(keyOf(stack), before.version);
    return [];
  }
  const content = Buffer.from(`${JSON.stringify({ version: 1, seen }, null, 2)}\n`);
  await store.write(keyOf(stack), content, before?.version ?? 'absent');
  return strikes;
}

/** Forgets a stack that is no more. */
export async function forgetDrift(store: DocumentStore, stack: string): Promise<void> {
  const found = await store.read(keyOf(stack));
  if (found !== undefined) await store.end(keyOf(stack), found.version);
}

function identityOf(one: {
  readonly urn: string;
  readonly operation: string;
  readonly paths: readonly string[];
}): string {
  return JSON.stringify([one.urn, one.operation, one.paths.toSorted()]);
}

function parsed(store: DocumentStore, stack: string, content: Buffer): z.output<typeof memorySchema>['seen'] {
  try {
    return memorySchema.parse(JSON.parse(content.toString('utf8'))).seen;
  } catch (cause) {
    const why = reasonOf(cause).slice(0, 300);
    throw new TestbedError(
      'StateUnreadable',
      text(
        `the document ${keyOf(stack)} in ${store.place} cannot be read: ${why}`,
        `${store.place}의 문서 ${keyOf(stack)}을(를) 읽을 수 없습니다: ${why}`,
      ),
      {
        cause,
        hint: text(
          'end this document: it only says since when differences are known',
          '이 문서를 삭제하세요. 차이를 언제부터 확인했는지만 담고 있습니다',
        ),
      },
    );
  }
}
