import { statSync, createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { KubernetesClient } from '../../../../kubernetes/types';
import { testSurroundings } from '../../../support/cluster';
import { randomName } from '../../provider/support/served-provider';

const event = z.object({
  stage: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.string().optional() }),
});
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/**
 * Requests that changed something while `work` ran, as the API server's own audit log has them: of users that are not the control plane's,
 * with one of `words` in their address. Two dry runs before and after are looked for in the log, so that a log that lags or was closed shows.
 */
export async function writesSeen(
  client: KubernetesClient,
  words: readonly string[],
  work: () => Promise<unknown>,
): Promise<string[]> {
  const { auditLog } = testSurroundings();
  const start = statSync(auditLog).size;
  const [before, after] = [randomName('before'), randomName('after')];
  await mark(client, before);
  await work();
  await mark(client, after);
  const seen: string[] = [];
  const marks = new Set<string>();
  for (let attempt = 0; attempt < 100 && !marks.has(after); attempt += 1) {
    seen.length = 0;
    for await (const line of createInterface({ input: createReadStream(auditLog, { start }) })) {
      if (!line.endsWith('}')) continue;
      const { stage, verb, requestURI, user } = event.parse(JSON.parse(line));
      if (requestURI.includes(before)) marks.add(before);
      if (requestURI.includes(after)) marks.add(after);
      if (stage !== 'ResponseComplete' || !WRITES.has(verb) || requestURI.includes('dryRun=All')) continue;
      if (user.username?.startsWith('system:') === true) continue;
      if (words.some((word) => requestURI.includes(word))) seen.push(`${verb} ${requestURI}`);
    }
  }
  if (!marks.has(before) || !marks.has(after)) throw new Error('the audit log does not show this time');
  return seen;
}

async function mark(client: KubernetesClient, name: string): Promise<void> {
  await client.apply(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } },
    { dryRun: true, fieldManager: 'witness' },
  );
}
