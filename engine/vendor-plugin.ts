import { accessSync, constants, readdirSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { PULUMI_PROJECT } from '../components/vocabulary';
import { TestbedError, text, verbatim } from '../errors';
import { writeKubeconfig } from '../kubernetes/kubeconfig';
import type { ClusterConnection } from '../kubernetes/types';
import type { WorkDirectory } from './work-directory';

const EXECUTABLE = 'pulumi-resource-kubernetes';

/** The vendor's Kubernetes provider, as somebody installed it. */
export interface VendorPlugin {
  /** Absolute; holds `pulumi-resource-kubernetes`. */
  readonly directory: string;
  /** `4.34.2`; undefined where only PATH leads to it. */
  readonly version?: string;
}

/**
 * Finds the vendor's provider where its CLI installs plugins (`PULUMI_HOME` or ~/.pulumi, the newest), else on PATH. Nothing is fetched.
 * Throws ToolMissing that names where it was looked for.
 */
export function findVendorPlugin(environment: NodeJS.ProcessEnv): VendorPlugin {
  const plugins = join(environment['PULUMI_HOME'] ?? join(environment['HOME'] ?? homedir(), '.pulumi'), 'plugins');
  const installed = installedIn(plugins)[0];
  if (installed !== undefined) return installed;
  const onPath = (environment['PATH'] ?? '')
    .split(delimiter)
    .find((folder) => isAbsolute(folder) && isExecutable(join(folder, EXECUTABLE)));
  if (onPath !== undefined) return { directory: onPath };
  throw new TestbedError(
    'ToolMissing',
    text(
      `the vendor's Kubernetes provider is not installed: ${EXECUTABLE} is neither in ${plugins} nor on PATH`,
      `공급사의 Kubernetes 프로바이더가 설치되어 있지 않습니다. ${plugins}와 PATH에 ${EXECUTABLE}이(가) 없습니다`,
    ),
    { hint: verbatim('pulumi plugin install resource kubernetes') },
  );
}

/** The newest first. */
function installedIn(plugins: string): VendorPlugin[] {
  let entries: string[];
  try {
    entries = readdirSync(plugins);
  } catch {
    // Nobody installed a plugin here.
    return [];
  }
  return entries
    .flatMap((entry) => {
      const version = /^resource-kubernetes-v(\d+\.\d+\.\d+)$/.exec(entry)?.[1];
      const directory = join(plugins, entry);
      return version !== undefined && isExecutable(join(directory, EXECUTABLE)) ? [{ directory, version }] : [];
    })
    .sort((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Tells the CLI where the plugin is and how it reaches the cluster: by a kubeconfig (0600) in the operation's own folder, which ends with it. Returns what of
 * the environment the plugin needs. Like the embedded provider it changes maps and Secrets in place.
 */
export function layOutVendorPlugin(
  work: WorkDirectory,
  { directory, version }: VendorPlugin,
  connection: ClusterConnection,
): Readonly<Record<string, string>> {
  const plugin = { name: 'kubernetes', path: directory, ...(version === undefined ? {} : { version }) };
  // JSON is YAML.
  const project = { name: PULUMI_PROJECT, runtime: 'nodejs', plugins: { providers: [plugin] } };
  writeFileSync(join(work.path, 'Pulumi.yaml'), JSON.stringify(project), { mode: 0o600 });
  const kubeconfig = join(work.path, 'kubeconfig');
  writeFileSync(kubeconfig, writeKubeconfig({ connection, context: 'testbed' }), { mode: 0o600 });
  return {
    KUBECONFIG: kubeconfig,
    PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE: 'true',
    PULUMI_K8S_ENABLE_SECRET_MUTABLE: 'true',
  };
}
