import type { OperationResult, Repaired } from '../engine/types';
import { TestbedError, text, type Text } from '../errors';
import { runOnStack, type StackOperation } from './stack';
import type { StoredSite } from './stored-site';
import type { Surroundings } from './surroundings';

export type RepairedObject = Repaired & { readonly resourceType: string; readonly name: string };

type Run = Pick<StackOperation, 'stack' | 'connection' | 'claim' | 'asksBeforeWriting'>;

/**
 * Takes back at once whatever somebody changed of what the cluster shares: guard rails are no place for waiting whether a change was meant. Empty where nothing differs. Throws
 * DriftFound for what could not be taken back.
 */
export async function takeBackShared(
  site: StoredSite,
  run: Run,
  surroundings: Surroundings,
): Promise<readonly RepairedObject[]> {
  const { changes } = await runOnStack(site, { ...run, kind: 'drift' }, surroundings);
  if (changes.length === 0) return [];
  const repair = changes.map(({ urn, operation }) => ({ urn, gone: operation === 'delete' }));
  const { repaired = [] } = await runOnStack(site, { ...run, kind: 'repair', repair }, surroundings);
  const objects = changes.flatMap(({ urn, resourceType, name }): RepairedObject[] => {
    const found = repaired.find((one) => one.urn === urn);
    return found === undefined ? [] : [{ ...found, resourceType, name }];
  });
  const well = new Set(objects.filter(isWell).map(({ urn }) => urn));
  const left = changes.filter(({ urn }) => !well.has(urn));
  if (left.length === 0) return objects;
  throw notTakenBack(left, objects);
}

function isWell({ outcome, left }: Repaired): boolean {
  return outcome !== 'refused' && outcome !== 'failed' && left.length === 0;
}

function notTakenBack(left: OperationResult['changes'], objects: readonly RepairedObject[]): TestbedError {
  const lines = left.slice(0, NAMED).map(({ urn, resourceType, name }): Text => {
    const object = `${resourceType.split(':').at(-1) ?? resourceType} ${name}`;
    const reason = objects.find((one) => one.urn === urn)?.reason;
    return reason === undefined ? text(object, object) : text(`${object}: ${reason.en}`, `${object}: ${reason.ko}`);
  });
  return new TestbedError(
    'DriftFound',
    text(
      `${left.length} objects of what the cluster shares were changed by somebody else and could not be taken back`,
      `클러스터 공용 구성의 객체 ${left.length}개가 다른 주체에 의해 변경되었으며 되돌리지 못했습니다`,
    ),
    { details: lines, hint: text('see what differs: testbed shared status', '차이 확인: testbed shared status') },
  );
}

/** More than this are counted, not named. */
const NAMED = 20;
