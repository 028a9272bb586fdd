import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openGuardedPort } from '../../host/guarded-port';
import { ownerIn } from '../../host/peer-owner';

const OTHER_UID = 65534;

/** Connects, says hello, and tells what comes back until the end of the connection. */
const CLIENT = `
const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1');
let heard = '';
socket.on('connect', () => socket.write('hello'));
socket.on('data', (data) => { heard += data; });
socket.on('error', () => {});
socket.on('close', () => process.stdout.write('heard:' + heard));
`;

async function talkAs(uid: number, port: number): Promise<string> {
  const child = spawn(process.execPath, ['-e', CLIENT, String(port)], {
    uid,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
    cwd: '/',
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (words: string) => {
    said += words;
  });
  await once(child, 'close');
  return said;
}

function greet(socket: Socket): void {
  socket.once('data', (data) => socket.end(`you said ${data.toString()}`));
}

describe('a guarded port', () => {
  it('lets in a process of our own user', async () => {
    const port = await openGuardedPort();
    port.onConnection(greet);
    expect(await talkAs(process.getuid?.() ?? 0, port.port)).toBe('heard:you said hello');
    expect(port.counts()).toEqual({ admitted: 1, refused: 0 });
    port.close();
  });

  it('gives a process of another user not a byte, and stays open for ours', async () => {
    // Only root can start a process of another user; elsewhere the kernel's answer about the other end is replaced by another uid.
    const root = process.getuid?.() === 0;
    let asked = 0;
    const port = await openGuardedPort(
      root ? {} : { peerOwner: () => (asked++ === 0 ? OTHER_UID : process.getuid?.()) },
    );
    port.onConnection(greet);
    expect(await talkAs(root ? OTHER_UID : (process.getuid?.() ?? 0), port.port)).toBe('heard:');
    expect(port.counts()).toEqual({ admitted: 0, refused: 1 });
    expect(await talkAs(process.getuid?.() ?? 0, port.port)).toBe('heard:you said hello');
    port.close();
  });

  it('closes when the connections that it expects are there', async () => {
    const port = await openGuardedPort({ connections: 2 });
    port.onConnection(() => undefined);
    for (const _ of [1, 2]) await once(connect(port.port, '127.0.0.1'), 'connect');
    await expect.poll(() => port.counts().admitted).toBe(2);
    const late = connect(port.port, '127.0.0.1');
    const [error] = await once(late, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    port.close();
  });

  it('stays open at a port of its own, for so many at the same time', async () => {
    const free = await openGuardedPort();
    free.close();
    const port = await openGuardedPort({ atOnce: 1, port: free.port });
    port.onConnection(greet);
    expect(port.port).toBe(free.port);
    const first = connect(port.port, '127.0.0.1');
    await expect.poll(() => port.counts().admitted).toBe(1);
    expect(await talkAs(process.getuid?.() ?? 0, port.port)).toBe('heard:');
    first.destroy();
    await expect.poll(() => talkAs(process.getuid?.() ?? 0, port.port)).toBe('heard:you said hello');
    port.close();
  });

  it('keeps what came before anybody was ready', async () => {
    const port = await openGuardedPort();
    const client = connect(port.port, '127.0.0.1');
    client.write('early');
    await expect.poll(() => port.counts().admitted).toBe(1);
    port.onConnection(greet);
    const [answer] = await once(client, 'data');
    expect(String(answer)).toBe('you said early');
    port.close();
  });

  it('lets everybody in where the system does not tell who connects, and says so', async () => {
    const port = await openGuardedPort({ peerOwner: undefined });
    port.onConnection(greet);
    expect(port.guarded).toBe(false);
    expect(await talkAs(process.getuid?.() ?? 0, port.port)).toBe('heard:you said hello');
    port.close();
  });
});

describe('the owner in a socket table', () => {
  const line = (state: string, uid: number, inode: number): string =>
    [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      `   0: 0100007F:A001 0100007F:B002 ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000000000000000 20 4 30 10 -1`,
      '',
    ].join('\n');

  it.each([
    ['an open connection', line('01', 1000, 4711), 1000],
    ['a connection of another port', line('01', 1000, 4711).replace('B002', 'B003'), undefined],
    [
      'the other end of the same connection',
      line('01', 1000, 4711).replace('A001 0100007F:B002', 'B002 0100007F:A001'),
      undefined,
    ],
    ['one that says no more and still listens', line('05', 1000, 4711), 1000],
    ['one that its owner closed, which the kernel shows as root', line('04', 0, 0), undefined],
    ['one in its last wait, which the kernel shows as root', line('06', 0, 0), undefined],
    ['an open one that nobody holds', line('01', 0, 0), undefined],
    ['nothing', '', undefined],
  ])('of %s', (_, table, owner) => {
    expect(ownerIn(table, 0xa001, 0xb002)).toBe(owner);
  });
});
