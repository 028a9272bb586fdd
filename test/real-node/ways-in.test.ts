import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as wordsOf } from 'node:stream/consumers';
import { Client } from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Text } from '../../errors';
import { readyPod } from '../../kubernetes/pod-search';
import { forwardPort, type PortForward } from '../../kubernetes/port-forward';
import { askDatabase } from '../../operations/ask-database';
import { BIN, finished, type Finished } from '../scripts/run-cli';
import { onRealNode } from '../support/real-node';
import { runClient } from '../support/real-pods';

/** The ways in as a developer takes them: the real command in a real process, the member's token, a real kubelet and a real PostgreSQL. */
const node = onRealNode();
const run = randomBytes(2).toString('hex');
const name = `ways-${run}`;
const strict = `ways-strict-${run}`;
const database = { engine: 'postgresql', version: '15' };
const OTHER_UID = 65_534;

let id: string;
const running: ChildProcessWithoutNullStreams[] = [];
const forwards: PortForward[] = [];

beforeAll(async () => {
  if (!node.runs()) return;
  const ups = [node().up({ name, database }), node().up({ name: strict, grade: 'sensitive', database })];
  [id = ''] = (await Promise.all(ups)).map(({ testbed }) => testbed.id);
  await runClient(node(), id);
}, 300_000);

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  for (const forward of forwards.splice(0)) forward.close();
});

function start(argv: readonly string[], more: Readonly<Record<string, string>> = {}): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd: node().home,
    env: { ...node().surroundings.environment, TESTBED_LANG: 'en', ...more },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.push(child);
  return child;
}

function cli(argv: readonly string[], input: string | Buffer = ''): Promise<Finished> {
  const child = start(argv);
  child.stdin.write(input);
  return finished(child);
}

/** The first whole line of a stream that stays open. */
async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  let words = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    words += chunk.toString();
    if (words.includes('\n')) return words.split('\n')[0] ?? '';
  }
  throw new Error(`it ended: ${await wordsOf(child.stderr)}`);
}

async function forwardTo(port: number, troubles: Text[] = []): Promise<PortForward> {
  const { admin } = node();
  const forward = await forwardPort({
    namespace: id,
    port,
    connection: () => Promise.resolve(admin.connection),
    findPod: async (signal) =>
      (await readyPod(admin, { namespace: id, name: 'database-0' }, 60_000, signal)).metadata.name,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  forwards.push(forward);
  return forward;
}

function closed(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let why = 'ended';
    socket.on('error', (error) => (why = 'code' in error ? String(error.code) : error.message));
    socket.on('close', () => resolve(why));
    socket.resume();
  });
}

describe('a question to the database', () => {
  it('is answered as a developer would ask it, over TLS, by the application’s role', async () => {
    const sql = 'select current_user as who, (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as ssl';
    const { rows } = await askDatabase({ name }, sql, node().surroundings);
    expect(rows).toEqual([{ who: 'testbed_app', ssl: true }]);
  });

  it('is answered at grade sensitive too', async () => {
    const { rows } = await askDatabase({ name: strict }, 'select 6 * 7 as answer', node().surroundings);
    expect(rows).toEqual([{ answer: 42 }]);
  });

  it('that the server refuses is told in the server’s words', async () => {
    await expect(askDatabase({ name }, 'select nothing', node().surroundings)).rejects.toMatchObject({
      code: 'DatabaseRefused',
      text: { en: `the database of '${name}' refused: column "nothing" does not exist` },
    });
  });
});

describe('connect NAME database', () => {
  it('says the password in its URL only, stays open, finds a pod that restarted, and ends with Ctrl-C', async () => {
    const child = start(['connect', name, 'database', '--url']);
    const stderr = wordsOf(child.stderr);
    const url = new URL(await firstLine(child));
    expect([url.hostname, url.searchParams.get('sslmode'), url.password.startsWith('tbs_')]).toEqual([
      'localhost',
      'verify-full',
      true,
    ]);
    const ask = async (): Promise<unknown> => {
      const client = new Client({ connectionString: url.href });
      await client.connect();
      try {
        return (await client.query<{ n: number }>('select 1 as n')).rows;
      } finally {
        await client.end();
      }
    };
    expect(await ask()).toEqual([{ n: 1 }]);
    await node().admin.delete({ apiVersion: 'v1', kind: 'Pod', name: 'database-0', namespace: id });
    expect(await ask()).toEqual([{ n: 1 }]);
    const code = new Promise((resolve) => void child.once('close', resolve));
    child.kill('SIGINT');
    expect([await code, await stderr]).toEqual([0, '']);
    expect(readdirSync(join(node().home, 'connect'))).toEqual([]);
  });

  it('gives psql all it needs by environment, the password too, and passes its exit code on', async () => {
    // In place of psql: what the real one does with these variables is PostgreSQL's to test.
    const folder = mkdtempSync(join(tmpdir(), 'testbed-psql-'));
    writeFileSync(
      join(folder, 'psql'),
      '#!/bin/sh\nprintf "%s %s %s %s" "$#" "$PGHOST" "$PGSSLMODE" "${PGPASSWORD%%_*}"\nexit 5\n',
    );
    chmodSync(join(folder, 'psql'), 0o755);
    try {
      const child = start(['connect', name, 'database', '--psql'], { PATH: `${folder}:${process.env['PATH'] ?? ''}` });
      const { code, stdout, stderr } = await finished(child);
      expect([code, stdout, stderr]).toEqual([5, `0 database.${id}.svc verify-full tbs`, '']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('without --url tells everything but the password', async () => {
    const child = start(['connect', name, 'database', '--output', 'json']);
    let said = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      said += chunk.toString();
      if (said.endsWith('}\n')) break;
    }
    expect(JSON.parse(said)).toMatchObject({ host: 'localhost', user: 'testbed_app', guarded: true });
    expect(said).not.toContain('tbs_');
  });
});

describe('a forwarded port', () => {
  it('ends what nobody listens for with words, and goes on', async () => {
    const troubles: Text[] = [];
    const forward = await forwardTo(4444, troubles);
    expect(await closed(connect(forward.port, '127.0.0.1'))).toBe('ECONNRESET');
    expect(troubles.map(({ en }) => en)).toEqual([
      `the forwarded connection to Pod "database-0" in namespace "${id}" is over: nothing listens on port 4444 of it`,
    ]);
    expect(await closed(connect(forward.port, '127.0.0.1'))).toBe('ECONNRESET');
  });

  it('passes the end of one direction on', async () => {
    const forward = await forwardTo(5432);
    const socket = connect({ port: forward.port, host: '127.0.0.1', allowHalfOpen: true });
    // A server that is asked nothing ends when its client says nothing more.
    socket.end();
    expect(await closed(socket)).toBe('ended');
  });

  it('carries many connections at a time', async () => {
    const forward = await forwardTo(5432);
    const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = connect(forward.port, '127.0.0.1');
        socket.write(sslRequest);
        const answer = await new Promise<string>(
          (resolve) => void socket.once('data', (data) => resolve(data.toString())),
        );
        socket.destroy();
        return answer;
      }),
    );
    expect(new Set(answers)).toEqual(new Set(['S']));
  });

  it('is no way in for another user of the machine', async () => {
    const forward = await forwardTo(5432);
    const script = `const s = require('node:net').connect(${forward.port}, '127.0.0.1'); s.on('error', () => {}); s.on('close', () => process.stdout.write('closed')); s.write(Buffer.from([0,0,0,8,4,210,22,47])); s.on('data', (d) => process.stdout.write(d));`;
    const child = spawn(process.execPath, ['-e', script], { uid: OTHER_UID, cwd: '/', env: {}, stdio: 'pipe' });
    expect((await finished(child)).stdout).toBe('closed');
    expect(forward.counts()).toEqual({ admitted: 0, refused: 1 });
  });
});

describe('exec', () => {
  it('passes input, output, errors and the exit code on', async () => {
    const { code, stdout, stderr } = await cli(
      ['exec', name, 'client', '--', 'sh', '-c', 'cat; echo wrong >&2; exit 7'],
      'hello',
    );
    expect([code, stdout, stderr]).toEqual([7, 'hello', 'wrong\n']);
  });

  it('carries megabytes both ways as they are', async () => {
    const bytes = randomBytes(3_000_000);
    const digest = createHash('sha256').update(bytes).digest('hex');
    const { stdout } = await cli(['exec', name, 'client', '--', 'sha256sum'], bytes);
    expect(stdout.split(' ')[0]).toBe(digest);
  });

  it('names a program that is not there', async () => {
    const { code, stderr } = await cli(['exec', name, 'client', '--', 'nonesuch']);
    expect([code, stderr]).toEqual([2, "error: the container has no program 'nonesuch'\n"]);
  });

  it('opens no shell in the database’s pod, and says where else to go', async () => {
    const { code, stderr } = await cli(['exec', name, 'database-0', '--', 'id']);
    expect(code).toBe(1);
    expect(stderr).toContain("no shell in the pods of the platform's workloads");
    expect(stderr).toContain(`testbed connect ${name} database`);
  });

  it('is refused at grade sensitive, with the rule and what to do instead', async () => {
    const { code, stderr } = await cli(['exec', strict, '--', 'id']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      3,
      `error: nobody runs commands in the running pods of '${strict}', the operator included: its grade is sensitive (rule pod-no-exec)`,
    ]);
  });
});

describe('logs', () => {
  it('prints the last lines of a part', async () => {
    const { code, stdout } = await cli(['logs', name, 'database', '--tail', '1']);
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 1]);
  });

  it('follows until Ctrl-C, which is its end', async () => {
    const child = start(['logs', name, 'database', '--follow']);
    await firstLine(child);
    child.stdout.resume();
    const code = new Promise((resolve) => void child.once('close', resolve));
    child.kill('SIGINT');
    expect(await code).toBe(0);
  });

  it('names the pods where the choice is not clear', async () => {
    const { code, stderr } = await cli(['logs', name]);
    expect([code, stderr]).toEqual([
      2,
      'error: there is more than one pod: name one\nhint: pods: client, database-0\n',
    ]);
  });
});
