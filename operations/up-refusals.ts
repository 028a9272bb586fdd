import { TestbedError, text } from '../errors';
import { findByMark } from './marks';
import type { TestbedRecord } from './records';
import type { SharedWork } from './shared-work';
import type { Surroundings } from './surroundings';
import type { Target } from './target';
import { lastVersion, presentVersion } from './versions';

/** A testbed of this name that some other site made is not ours to change. */
export async function refuseStranger(name: string, target: Target, shared: SharedWork | undefined): Promise<void> {
  const stranger = await (shared === undefined ? findByMark(target.reader, name) : shared.strangerOf(name));
  if (stranger === undefined) return;
  throw new TestbedError(
    'OwnershipConflict',
    text(
      `the cluster has a testbed '${name}' (${stranger}) that this site has no record of`,
      `클러스터에 이 사이트의 기록에 없는 테스트베드 '${name}'(${stranger})이(가) 있습니다`,
    ),
    {
      hint: text(
        'choose another name, or work from the site that made it',
        '다른 이름을 쓰거나, 해당 테스트베드를 만든 사이트에서 작업하세요',
      ),
    },
  );
}

/** Another first run took the name while this one looked. */
export function madeMeanwhile(name: string): TestbedError {
  return new TestbedError(
    'OperationRunning',
    text(`another run is making '${name}'`, `다른 실행이 '${name}'을(를) 만들고 있습니다`),
    {
      hint: text('wait for its end, then run the same command again', '그 실행이 끝난 뒤 같은 명령을 다시 실행하세요'),
    },
  );
}

/** It was on record when this run began, and another one ended it while this one waited for its claim. */
export function endedMeanwhile(name: string): TestbedError {
  return new TestbedError(
    'OperationRunning',
    text(`another run ended '${name}' meanwhile`, `그동안 다른 실행이 '${name}'을(를) 종료했습니다`),
    { hint: text('run the same command again to make it anew', '다시 만들려면 같은 명령을 다시 실행하세요') },
  );
}

/** What is recorded of it may be gone already, its data surely: it is not taken up again half-way. */
export function refuseHalfEnded({ name, id, infrastructure }: TestbedRecord): void {
  if (infrastructure !== 'destroying') return;
  throw new TestbedError(
    'NotEmpty',
    text(
      `the end of '${name}' (${id}) was begun and is not finished`,
      `'${name}'(${id})의 종료가 시작되었으나 끝나지 않았습니다`,
    ),
    {
      hint: text(
        `finish it, then run the same command again: testbed down ${name}`,
        `종료를 마친 뒤 같은 명령을 다시 실행하세요: testbed down ${name}`,
      ),
    },
  );
}

/** Machines of one site are brought on one after the other: an older tool takes nothing back of what a newer one built. Throws MadeByNewer. */
export function refuseOlder(record: TestbedRecord, surroundings: Surroundings): void {
  const { name } = record;
  const [from, present] = [lastVersion(record), presentVersion(surroundings)];
  if (from.components <= present.components) return;
  throw new TestbedError(
    'MadeByNewer',
    text(
      `'${name}' was built by testbed ${from.package} (components ${from.components}), which is newer than this one, ${present.package} (components ${present.components})`,
      `'${name}'은(는) 이 버전 ${present.package}(구성 ${present.components})보다 새로운 testbed ${from.package}(구성 ${from.components})(으)로 만들어졌습니다`,
    ),
    {
      hint: text(
        'bring this machine to the newer version and run it from there',
        '이 장비를 새 버전으로 올린 뒤 다시 실행하세요',
      ),
    },
  );
}
