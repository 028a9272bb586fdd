import type { JsonObject } from '../../kubernetes/types';
import { answerOf } from './rejection';

/** From a registry that no site has on its list: a rule that is mandatory at both grades refuses it, and nothing else minds it. */
export const FOREIGN = 'registry.evil.example/app:1';
export const FOREIGN_REFUSED = `image-registry-allowlist: container main: image ${FOREIGN}`;

/** A pod that passes every mandatory rule of both grades. */
export function legalPodSpec(rest: JsonObject = {}): JsonObject {
  return podOf('docker.io/library/postgres:15', rest);
}

/** The same, but for the image of its container `main`. */
export function foreignPodSpec(rest: JsonObject = {}): JsonObject {
  return podOf(FOREIGN, rest);
}

/** Of a container that no other rule minds. */
const CONFINED_CONTAINER: JsonObject = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
};

/** One from there beside the container `main`; an ephemeral one has no resources. */
export function foreignContainer(name: string): JsonObject {
  return { name, image: FOREIGN, securityContext: CONFINED_CONTAINER };
}

function podOf(image: string, rest: JsonObject): JsonObject {
  const resources = { requests: { cpu: '25m', memory: '64Mi' }, limits: { memory: '64Mi' } };
  return {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    automountServiceAccountToken: false,
    containers: [{ name: 'main', image, securityContext: CONFINED_CONTAINER, resources }],
    ...rest,
  };
}

/** What the API server said, where it is none of the answers; undefined otherwise. */
export async function unlike(
  answer: string | readonly string[],
  attempt: Promise<unknown>,
): Promise<string | undefined> {
  const said = await answerOf(attempt);
  return [answer].flat().some((words) => said.includes(words)) ? undefined : said;
}
