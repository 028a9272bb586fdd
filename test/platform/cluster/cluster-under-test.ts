import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { clusterLayout, type ClusterLayout } from '../../../platform/cluster/layout';
import { ownProcesses, type OwnProcess } from '../../../platform/cluster/processes/proof';
import { readInstance } from '../../../platform/cluster/record/cluster-record';
import type { ClusterUpOptions } from '../../../platform/cluster/types';
import { testSurroundings } from '../../support/cluster';

/** A folder of its own for one cluster; `end` takes it away. */
export function temporaryCluster(): {
  readonly directory: string;
  readonly layout: ClusterLayout;
  readonly end: () => void;
} {
  const parent = mkdtempSync(join(tmpdir(), 'testbed-cluster-'));
  const directory = join(parent, 'embedded');
  return { directory, layout: clusterLayout(directory), end: () => rmSync(parent, { recursive: true, force: true }) };
}

/** The real tools of this test run. */
export function tools(): ClusterUpOptions['tools'] {
  const paths = testSurroundings().tools;
  const path = (name: string): string => {
    const found = paths[name];
    if (found === undefined) throw new Error(`the test surroundings have no ${name}`);
    return found;
  };
  return {
    etcd: path('etcd'),
    'kube-apiserver': path('kube-apiserver'),
    'kube-controller-manager': path('kube-controller-manager'),
    'kube-scheduler': path('kube-scheduler'),
    kwok: path('kwok'),
  };
}

/** The processes that carry the cluster's token now. */
export function processesOf(layout: ClusterLayout): readonly OwnProcess[] {
  const token = readInstance(layout);
  return token === undefined ? [] : ownProcesses(token);
}

/** Asks again until there is an answer; fails with `what` after `limitMs`. */
export async function eventually<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  limitMs = 40_000,
): Promise<Answer> {
  const until = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > until) throw new Error(`not within ${limitMs} ms: ${what}`);
    await delay(100);
  }
}

/** What a test reads of an audit event. */
export interface AuditEvent {
  readonly level: string;
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly name?: string; readonly namespace?: string };
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
}

/** Every audit event of the cluster so far: archived, closed and current. */
export function auditEvents(layout: ClusterLayout): readonly AuditEvent[] {
  const archived = readdirSync(layout.auditArchive)
    .filter((name) => name.endsWith('.log.gz'))
    .map((name) => gunzipSync(readFileSync(join(layout.auditArchive, name))).toString('utf8'));
  const plain = readdirSync(layout.audit)
    .filter((name) => name.endsWith('.log'))
    .map((name) => readFileSync(join(layout.audit, name), 'utf8'));
  return [...archived, ...plain].flatMap((content) =>
    // The last line of the current file may be half written. What the API server wrote is trusted to be an event.
    content
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as AuditEvent),
  );
}
