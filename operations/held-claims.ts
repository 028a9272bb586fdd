import type { DocumentStore } from '../engine/store/types';
import { TestbedError, text, verbatim } from '../errors';

const NAMED = 10;

/** Claims that somebody may still hold, by stack, with what they say; and all versions, by which one sees later whether any was taken. */
export interface ClaimsSeen {
  readonly held: readonly string[];
  /** Tells two looks apart. */
  readonly mark: string;
}

export async function lookAtClaims(store: DocumentStore): Promise<ClaimsSeen> {
  const [{ readClaim }, { lifeOf }] = await Promise.all([
    import('../engine/claims/claim-document.js'),
    import('../engine/claims/holder-life.js'),
  ]);
  const held: string[] = [];
  const seen: string[] = [];
  for await (const key of store.list('claims/')) {
    const found = await readClaim(store, key.slice('claims/'.length));
    if (found === undefined) continue;
    const { claim } = found;
    // A beat of the holder is no other holding: the number is.
    seen.push(`${key} ${claim.number} ${claim.state}`);
    if (claim.state === 'held' && lifeOf(claim.holder).kind !== 'gone')
      held.push(`${found.claim.state === 'held' ? found.claim.holder.purpose : ''} (${key.slice('claims/'.length)})`);
  }
  return { held, mark: seen.join('\n') };
}

/** Throws OperationRunning where anything works on the site. */
export function requireQuiet({ held }: ClaimsSeen): void {
  if (held.length === 0) return;
  throw new TestbedError(
    'OperationRunning',
    text(
      `${held.length} operations work on the site's testbeds; the whole state must stand still for this`,
      `작업 ${held.length}개가 사이트의 테스트베드를 다루고 있습니다. 이 명령에는 상태 전체가 멈춰 있어야 합니다`,
    ),
    {
      details: held.slice(0, NAMED).map(verbatim),
      hint: text('wait for their end, then run the same command again', '작업이 끝난 뒤 같은 명령을 다시 실행하세요'),
    },
  );
}

/** Throws OperationRunning where an operation began or ended between two looks. */
export function requireUnmoved(before: ClaimsSeen, after: ClaimsSeen): void {
  requireQuiet(after);
  if (before.mark === after.mark) return;
  throw new TestbedError(
    'OperationRunning',
    text(
      'an operation changed the state while it was read; no file was written',
      '상태를 읽는 동안 다른 작업이 상태를 변경하여 파일을 만들지 않았습니다',
    ),
    { hint: text('run the same command again', '같은 명령을 다시 실행하세요') },
  );
}
