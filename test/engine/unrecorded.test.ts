import { expect, it } from 'vitest';
import type { DocumentStore } from '../../engine/store/types';
import { TestbedError, text } from '../../errors';
import { openHarness, thrown } from './harness';

const harness = openHarness({ runners: 1 });

/** The store, but nothing can be written below `states/`. */
function withoutStates(store: DocumentStore): DocumentStore {
  return {
    place: store.place,
    read: (key) => store.read(key),
    list: (prefix) => store.list(prefix),
    end: (key, version) => store.end(key, version),
    close: () => store.close(),
    write: (key, content, expected) =>
      key.startsWith('states/')
        ? Promise.reject(new TestbedError('StoreUnreachable', text('the store is gone', '저장소가 없습니다')))
        : store.write(key, content, expected),
  };
}

it('a run that failed and could not be recorded tells both, the failure first; the next run takes up what it made', async () => {
  const stack = harness.stack();
  const broken = { ...stack, store: withoutStates(stack.store) };
  const error = await thrown(harness.run('up', broken, { badName: true }));
  expect([error.code, error.message]).toEqual(['KubernetesRefused', expect.stringContaining('Bad_Name')]);
  expect(error.details.at(-1)).toEqual({
    en: 'what was done until then could not be recorded: the store is gone; the next run takes it up by its marks',
    ko: '그때까지 한 작업을 기록하지 못했습니다: 저장소가 없습니다. 다음 실행이 표시를 보고 이어받습니다',
  });
  expect(await harness.state(stack)).toBeUndefined();
  expect((await harness.run('up', stack)).counts).toEqual({ create: 3 });
  await harness.run('down', stack);
});
