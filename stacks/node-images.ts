import { IMAGES, type ImagePins } from '../components/images';
import { NODE_REGISTRY } from '../components/vocabulary';

export type { ImagePins } from '../components/images';

/** Of the references that a cluster's own node has, by digest, those that stand for the images of a testbed. */
export function nodePins(references: readonly string[]): ImagePins {
  const pinned = Object.entries(IMAGES).flatMap(([name, versions]) =>
    Object.keys(versions).flatMap((version) => {
      const reference = references.find((one) => one.startsWith(`${NODE_REGISTRY}/${name}@`));
      return reference === undefined ? [] : [[`${name}:${version}`, reference] as const];
    }),
  );
  return Object.fromEntries(pinned);
}
