import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../../kubernetes/client';
import type { KubernetesClient } from '../../../kubernetes/types';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { object } from '../../isolation/cells/cell';
import { testSurroundings } from '../../support/cluster';
import { answerOf } from '../../support/rejection';
import { foreignPodSpec, legalPodSpec } from '../../support/foreign-pod';

/* What somebody reads whose object is refused or warned of by the rules that the shared stack installed: rule, finding, remedy, both languages. */
const NAMESPACE = 'testbed-preview-open';
const limits = { cpu: '50m', memory: '64Mi' };
let client: KubernetesClient;

beforeAll(() => {
  client = createClient(testSurroundings().connection);
});
afterAll(() => client.close());

function rule(id: string) {
  const found = loadCatalogue().rules.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no rule ${id}`);
  return found;
}

const pod = (spec: object) => client.create(object('v1', 'Pod', NAMESPACE, 'mine', { spec }), { dryRun: true });
const [container] = [legalPodSpec()['containers']].flat();
const many = (count: number, image: string) =>
  Array.from({ length: count }, (_, at) => ({
    ...Object(container),
    name: `container-with-a-rather-long-name-${at}`,
    image,
    resources: { limits: { cpu: '1m', memory: '1Mi' }, requests: { cpu: '1m', memory: '1Mi' } },
  }));

describe('a refusal', () => {
  it('names rule, container and value, and what mends it in both languages', async () => {
    const { message } = rule('image-registry-allowlist');
    const [bad] = [foreignPodSpec()['containers']].flat();
    const said = await answerOf(pod(foreignPodSpec({ containers: [{ ...Object(bad), resources: { limits } }] })));
    expect(said).toContain(
      `denied request: image-registry-allowlist: container main: image registry.evil.example/app:1 - ${message.en} / ${message.ko}`,
    );
  });

  it('of more findings than a message holds still names the rule and what mends it', async () => {
    const { message } = rule('image-registry-allowlist');
    const said = await answerOf(pod(legalPodSpec({ containers: many(90, 'registry.evil.example/an/app:1') })));
    expect(said).toContain(`denied request: image-registry-allowlist: ${message.en} / ${message.ko}`);
  });
});

describe('a warning', () => {
  it('of an advisory rule says the same and lets through', async () => {
    const { message } = rule('image-pinned-by-digest');
    client.takeWarnings();
    await pod(legalPodSpec({ containers: [{ ...Object(container), resources: { limits } }] }));
    expect(client.takeWarnings().find((warning) => warning.includes('image-pinned-by-digest: '))).toContain(
      `image-pinned-by-digest: container main: image docker.io/library/postgres:15 - ${message.en} / ${message.ko}`,
    );
  });
});
