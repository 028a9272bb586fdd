import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKubeconfig } from '../../../kubernetes/kubeconfig';
import { choosePorts } from '../../../platform/cluster/ports';
import { testSurroundings } from '../../support/cluster';
import { eventually } from '../../support/rejection';

type Kind = 'A' | 'AAAA' | 'ANY' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SOA' | 'SRV' | 'TXT';

export interface NameServer {
  /**
   * Asks as the client with this address of the loopback net. The records in short, sorted, or the code: ENOTFOUND (there is no such
   * name), ENODATA (none of that kind), EREFUSED, ESERVFAIL.
   */
  ask(from: string, name: string, kind?: Kind): Promise<string[] | string>;
  close(): Promise<void>;
}

/** The real name server in a process of its own, on the API server of this run, with these Services shared. */
export async function startNameServer(shared: readonly string[]): Promise<NameServer> {
  const { tools, connection } = testSurroundings();
  if (tools['coredns'] === undefined) throw new Error('the surroundings of this run have no coredns');
  const { apiServer: port, etcdClient: health, etcdPeer: ready } = await choosePorts();
  const folder = mkdtempSync(join(tmpdir(), 'name-server-'));
  const corefile = join(folder, 'Corefile');
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, writeKubeconfig({ connection, context: 'names' }), { mode: 0o600 });
  writeFileSync(
    corefile,
    `.:${port} {
  errors
  health 127.0.0.1:${health}
  ready 127.0.0.1:${ready}
  visibility {
    shared ${shared.join(' ')}
  }
  cache 5
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${kubeconfig}
    ttl 5
  }
}\n`,
  );
  const child = spawn(tools['coredns'], ['-conf', corefile], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (words: string) => {
      said = (said + words).slice(-4_096);
    });
  const ended = once(child, 'exit');
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await eventually('the name server is ready', async () => {
      if (child.exitCode !== null) throw new Error(`the name server ended: ${said}`);
      const answer = await fetch(`http://127.0.0.1:${ready}/ready`).catch(() => undefined);
      await answer?.arrayBuffer();
      return answer?.status === 200 ? true : undefined;
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { ask: async (from, name, kind = 'A') => ask(port, from, name, kind), close };
}

async function ask(port: number, from: string, name: string, kind: Kind): Promise<string[] | string> {
  const resolver = new Resolver({ timeout: 5_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  resolver.setLocalAddress(from);
  try {
    const records: unknown = await resolver.resolve(name, kind);
    return [records].flat().map(inShort).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
    throw error;
  }
}

function inShort(record: unknown): string {
  if (typeof record === 'string') return record;
  const { port, name } = Object(record);
  return port === undefined ? JSON.stringify(record) : `${name}:${port}`;
}
