import { currentProcess, isStopped, livenessOf } from '../../host/process-identity';
import type { ClaimHolder } from './claim-document';

/**
 * `gone`: proved by this very boot of this machine. `lives`: it runs and renewed a moment ago. `unsure`: only watching tells; where the
 * machine is the same, `silentMs` is how long it has been silent already.
 */
export type HolderLife =
  | { readonly kind: 'gone' }
  | { readonly kind: 'lives' }
  | { readonly kind: 'unsure'; readonly silentMs: number };

/**
 * What is known of a holder without watching it. Two machines may bear the same name, so another boot proves nothing here, unlike for a
 * lock on a machine's own disk.
 */
export function lifeOf({ process, beatMs, aliveAt }: ClaimHolder): HolderLife {
  const here = currentProcess();
  const isThisBoot = process.boot !== undefined && process.boot === here.boot && process.host === here.host;
  if (!isThisBoot) return { kind: 'unsure', silentMs: 0 };
  const life = livenessOf(process);
  if (life === 'dead') return { kind: 'gone' };
  const silentMs = Math.max(0, monotonicMs() - aliveAt);
  if (life === 'alive' && !isStopped(process.pid) && silentMs < 2 * beatMs) return { kind: 'lives' };
  return { kind: 'unsure', silentMs };
}

/** Since the boot: the same in every process of one machine, and untouched by whoever sets its clock. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
