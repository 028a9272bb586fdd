import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterFolders } from '../../../platform/cluster/layout';
import { ensurePrivateFolder } from '../../../platform/cluster/private-files';
import { archiveClosedAudit, readAuditIndex } from '../../../platform/cluster/supervisor/audit-archive';
import { temporaryCluster } from './cluster-under-test';

let place: ReturnType<typeof temporaryCluster>;

beforeEach(() => {
  place = temporaryCluster();
  for (const folder of clusterFolders(place.layout)) ensurePrivateFolder(folder);
});
afterEach(() => place.end());

function event(second: number): string {
  return `${JSON.stringify({ auditID: second, stageTimestamp: `2026-03-01T00:00:0${second}.000000Z` })}\n`;
}

/** A file as the API server names it when it closes one. */
function closed(day: number, content: string): { readonly path: string; readonly digest: string } {
  const path = join(place.layout.audit, `audit-2026-03-0${day}T00-00-00.000.log`);
  writeFileSync(path, content, { mode: 0o600 });
  return { path, digest: createHash('sha256').update(content).digest('hex') };
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

describe('the archive of the audit log', () => {
  it('holds each closed file under its digest, chained in order, and leaves the open one alone', async () => {
    const second = closed(2, event(3));
    const first = closed(1, event(1) + event(2));
    writeFileSync(place.layout.auditLog, event(4));
    expect(await archiveClosedAudit(place.layout)).toEqual([first.digest, second.digest]);

    const index = readAuditIndex(place.layout);
    expect(index.map(({ entry }) => entry)).toEqual([
      {
        sequence: 1,
        digest: first.digest,
        bytes: (event(1) + event(2)).length,
        events: 2,
        first: '2026-03-01T00:00:01.000000Z',
        last: '2026-03-01T00:00:02.000000Z',
        previous: '0'.repeat(64),
      },
      {
        sequence: 2,
        digest: second.digest,
        bytes: event(3).length,
        events: 1,
        first: '2026-03-01T00:00:03.000000Z',
        last: '2026-03-01T00:00:03.000000Z',
        previous: sha256(index[0]?.line ?? ''),
      },
    ]);
    const archive = join(place.layout.auditArchive, `${first.digest}.log.gz`);
    expect(gunzipSync(readFileSync(archive)).toString()).toBe(event(1) + event(2));
    expect(statSync(archive).mode & 0o077).toBe(0);
    expect(readdirSync(place.layout.audit).toSorted()).toEqual(['archive', 'audit.log', 'index.jsonl']);
    expect(await archiveClosedAudit(place.layout)).toEqual([]);
  });

  it('goes on after a crash between any two of its steps', async () => {
    const { path, digest } = closed(1, event(1));
    const archive = join(place.layout.auditArchive, `${digest}.log.gz`);
    // In the middle of the copy.
    writeFileSync(`${archive}.half`, 'half');
    await archiveClosedAudit(place.layout);
    expect(gunzipSync(readFileSync(archive)).toString()).toBe(event(1));
    // After the index, before the file was removed.
    closed(1, event(1));
    await archiveClosedAudit(place.layout);
    expect(existsSync(path)).toBe(false);
    expect(readAuditIndex(place.layout)).toHaveLength(1);
    // In the middle of a line of the index.
    appendFileSync(place.layout.auditIndex, '{"sequence":2,"dig');
    closed(2, event(2));
    await archiveClosedAudit(place.layout);
    expect(readAuditIndex(place.layout).map(({ entry }) => entry.sequence)).toEqual([1, 2]);
  });

  it('keeps the file when its index is broken, rather than continue what can not be checked', async () => {
    const { path } = closed(1, event(1));
    writeFileSync(place.layout.auditIndex, '{"sequence":1}\n');
    await expect(archiveClosedAudit(place.layout)).rejects.toMatchObject({
      code: 'ClusterDamaged',
      message: `line 1 of ${place.layout.auditIndex} is not an entry of the audit archive`,
    });
    expect(existsSync(path)).toBe(true);
  });
});
