import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepEvent } from '../../errors';
import type { TestSurroundings } from './cluster';
import { openRunFolder } from './run-folder';

/**
 * Before the first test: the tools (built once a machine), and one real embedded cluster for the run, in a folder of its own.
 * etcd runs without fsync: the tests restart processes, not the machine. TESTBED_TEST_CLUSTER names a prepared one instead.
 */
export default async function prepare(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['TESTBED_TEST_CLUSTER'] !== undefined) return undefined;
  const [{ openEmbeddedCluster }, { resolveTools, toolNames }, { writeKubeconfig }] = await Promise.all([
    import('../../platform/cluster/index.js'),
    import('../../platform/toolchain/index.js'),
    import('../../kubernetes/kubeconfig.js'),
  ]);
  const runFolder = openRunFolder();
  const tools = await resolveTools(toolNames, { environment: process.env, onProgress: say });
  const folder = mkdtempSync(join(tmpdir(), 'testbed-run-'));
  const cluster = openEmbeddedCluster({ directory: join(folder, 'cluster') });
  const paths = Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, tool.path]));
  await cluster.up({
    nodes: { kind: 'simulated', count: 3 },
    tools: {
      etcd: tools.etcd.path,
      'kube-apiserver': tools['kube-apiserver'].path,
      'kube-controller-manager': tools['kube-controller-manager'].path,
      'kube-scheduler': tools['kube-scheduler'].path,
      kwok: tools.kwok.path,
    },
    unsafeNoFsync: true,
    onProgress: say,
  });
  const kubeconfig = join(folder, 'admin.kubeconfig');
  const connection = await cluster.connection('admin');
  writeFileSync(kubeconfig, writeKubeconfig({ connection, context: 'testbed-admin' }), { mode: 0o600 });
  const file = join(folder, 'surroundings.json');
  const surroundings: TestSurroundings = {
    connection,
    kubeconfig,
    tools: paths,
    auditLog: join(folder, 'cluster', 'audit', 'audit.log'),
  };
  writeFileSync(file, JSON.stringify(surroundings), { mode: 0o600 });
  process.env['TESTBED_TEST_CLUSTER'] = file;
  const { openTestSite } = await import('./testbeds.js');
  const { sharedUp } = await import('../../operations/shared.js');
  const site = openTestSite();
  await sharedUp(site.target, site.surroundings);
  await site.close();
  return async () => {
    await cluster.down({ destroy: true });
    rmSync(folder, { recursive: true, force: true });
    runFolder.end();
  };
}

function say(event: StepEvent): void {
  if (event.state === 'start' || event.state === 'update') return;
  const of = event.total === undefined ? '' : ` ${event.index ?? '?'}/${event.total}`;
  process.stderr.write(
    `prepare${of}: ${event.title.en} ${event.state}${event.elapsedMs === undefined ? '' : ` (${(event.elapsedMs / 1000).toFixed(1)} s)`}\n`,
  );
}
