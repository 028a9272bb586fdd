import type { JsonObject } from '../../../../kubernetes/types';

/** One container that is never pulled, with what a test cares about put over it. */
export function podSpec(container: JsonObject = {}, spec: JsonObject = {}): JsonObject {
  return { containers: [{ name: 'a', image: 'example.test/a:1', ...container }], ...spec };
}

/** The spec of a Deployment or StatefulSet whose pods bear the label `app: NAME`. */
export function workloadSpec(name: string, pod: JsonObject = podSpec(), spec: JsonObject = {}): JsonObject {
  const labels = { app: name };
  return { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod }, ...spec };
}
