import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { testSurroundings } from '../support/cluster';
import { childrenNamed, listeningPorts } from '../support/listening-ports';
import { eventually } from '../support/rejection';
import { openHarness } from './harness';

const OTHER_UID = 65534;

/** Speaks HTTP/2 to each port as a gRPC client does, and tells how many bytes it heard: a server answers the preface at once. */
const CLIENT = `
const net = require('node:net');
const preface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);
const path = Buffer.from('/pulumirpc.ResourceProvider/GetPluginInfo');
const headers = Buffer.concat([Buffer.from([0x83, 0x86, 0x04, path.length]), path]);
const request = Buffer.concat([Buffer.from([0, 0, headers.length, 1, 4, 0, 0, 0, 1]), headers]);
const talk = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1');
  let heard = 0;
  socket.setTimeout(3000, () => socket.destroy());
  socket.on('connect', () => socket.write(Buffer.concat([preface, request])));
  socket.on('data', (data) => { heard += data.length; socket.destroy(); });
  socket.on('error', () => {});
  socket.on('close', () => resolve([port, heard]));
});
Promise.all(JSON.parse(process.argv[1]).map(talk)).then((all) => process.stdout.write(JSON.stringify(all)));
`;

/** Bytes heard by port. */
async function talkAs(uid: number, ports: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const child = spawn(process.execPath, ['-e', CLIENT, JSON.stringify(ports)], {
    uid,
    gid: uid,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
    cwd: '/',
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (words: string) => {
    said += words;
  });
  await once(child, 'close');
  // Its own words, made two lines above.
  return new Map(JSON.parse(said) as [number, number][]);
}

const harness = openHarness({ runners: 1 });

// Only root can start a process of another user.
it.runIf(process.getuid?.() === 0)(
  'gives another user of the machine not a byte on any port of a running operation, but for the ports that the CLI itself opens',
  async () => {
    const before = new Set(listeningPorts(process.pid).map(({ port }) => port));
    const credential = Promise.withResolvers<ReturnType<typeof testSurroundings>['connection']>();
    const stack = harness.stack();
    // The CLI runs and waits for its program, the program for its credential: every port of the operation is open.
    const run = harness.run('up', stack, {}, { connection: credential.promise });
    const cli = await eventually('the CLI with its monitor', () => {
      const [pid] = childrenNamed('pulumi');
      return Promise.resolve(pid !== undefined && listeningPorts(pid).length > 0 ? pid : undefined);
    });
    const ours = listeningPorts(process.pid).filter(({ port }) => !before.has(port));
    const theirs = listeningPorts(cli);
    // The key service, the program and the provider may have what they wait for already; then they listen no more.
    expect(ours.length).toBeGreaterThanOrEqual(1);
    expect([...ours, ...theirs].filter(({ loopback }) => !loopback)).toEqual([]);

    const heard = await talkAs(
      OTHER_UID,
      ours.map(({ port }) => port),
    );
    expect([...heard.values()]).toEqual(ours.map(() => 0));
    // The exception, which SECURITY.md and the decision on the engine name: the CLI guards its own ports by nothing. That it answers shows that the client can ask.
    expect(theirs.length).toBeGreaterThanOrEqual(1);
    const exception = await talkAs(
      OTHER_UID,
      theirs.map(({ port }) => port),
    );
    expect([...exception.values()].filter((bytes) => bytes > 0).length).toBeGreaterThanOrEqual(1);

    credential.resolve(testSurroundings().connection);
    expect((await run).counts.create).toBeGreaterThan(0);
    expect(listeningPorts(process.pid).filter(({ port }) => !before.has(port))).toEqual([]);
    await harness.run('down', stack);
  },
);
