import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { clusterLayout } from '../../platform/cluster/layout';
import { runInNode } from '../../platform/cluster/nodes/real/run-in-node';
import type { RealNode } from './real-node';

/** Where clouds serve the credentials of a node. */
export const METADATA_ADDRESS = '169.254.169.254';
const GATEWAY = '169.254.1.77';
const DEVICE = 'tbmeta';

/**
 * Somebody who answers at the metadata address, as a machine of its own beside the node: a network namespace with one link to it. It stands in for a
 * cloud's service and proves only that packets to it pass or don't.
 */
export async function openMetadataServer(node: RealNode): Promise<AsyncDisposable> {
  const listen = `require('node:http').createServer((_, answer) => answer.end('credentials')).listen(80, () => console.log('listening'))`;
  const server = spawn('unshare', ['--net', '--', process.execPath, '-e', listen], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(server.stdout, 'data');
  const there = `/proc/${server.pid}/ns/net`;
  const inNode = async (...argv: string[]): Promise<void> =>
    void (await runInNode(clusterLayout(node.cluster.directory), argv));
  const inServer = (...argv: string[]): Promise<void> => inNode('nsenter', `--net=${there}`, ...argv);
  const end = async (): Promise<void> => {
    const ended = once(server, 'exit');
    // The link goes with the namespace that one of its ends is in.
    server.kill('SIGKILL');
    await ended;
  };
  try {
    await inNode('ip', 'link', 'add', DEVICE, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(server.pid));
    await inNode('ip', 'address', 'add', `${GATEWAY}/32`, 'dev', DEVICE);
    await inNode('ip', 'link', 'set', DEVICE, 'up');
    await inNode('ip', 'route', 'add', `${METADATA_ADDRESS}/32`, 'dev', DEVICE);
    await inServer('ip', 'address', 'add', `${METADATA_ADDRESS}/32`, 'dev', 'eth0');
    await inServer('ip', 'link', 'set', 'eth0', 'up');
    await inServer('ip', 'route', 'add', `${GATEWAY}/32`, 'dev', 'eth0');
    await inServer('ip', 'route', 'add', 'default', 'via', GATEWAY, 'dev', 'eth0');
    return { [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
