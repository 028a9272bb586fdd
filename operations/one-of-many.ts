import { text, verbatim, type StepEvent, type Text } from '../errors';
import type { Surroundings } from './surroundings';

/**
 * The surroundings of one testbed among several: its steps become the detail of one step that bears its name, and its warnings say whose they are.
 */
export function oneOfMany(
  name: string,
  place: { readonly index: number; readonly total: number },
  surroundings: Surroundings,
): { readonly within: Surroundings; readonly tell: (state: StepEvent['state'], detail?: Text) => void } {
  const began = performance.now();
  const tell = (state: StepEvent['state'], detail?: Text): void =>
    surroundings.onProgress({
      id: `testbed:${name}`,
      state,
      title: verbatim(name),
      ...place,
      ...(detail === undefined ? {} : { detail }),
      ...(state === 'start' ? {} : { elapsedMs: performance.now() - began }),
    });
  return {
    tell,
    within: {
      ...surroundings,
      onProgress: ({ state, title, detail }) => {
        if (state !== 'start' && state !== 'update') return;
        tell('update', detail === undefined ? title : text(`${title.en}: ${detail.en}`, `${title.ko}: ${detail.ko}`));
      },
      onWarning: ({ en, ko }) => surroundings.onWarning(text(`${name}: ${en}`, `${name}: ${ko}`)),
    },
  };
}
