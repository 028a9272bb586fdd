import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { ensureConfigFiles } from '../../../platform/cluster/config/config-files';
import { nodeConfigPaths, realNodeConfigs } from '../../../platform/cluster/config/real-node-configs';
import {
  DNS_ADDRESS,
  POD_RANGE,
  networkPluginLinks,
  nodePaths,
  type RealNodeFacts,
} from '../../../platform/cluster/config/real-node-facts';
import { clusterFolders, clusterLayout } from '../../../platform/cluster/layout';
import { ensurePrivateFolder } from '../../../platform/cluster/private-files';
import { temporaryCluster } from './cluster-under-test';

const FACTS: RealNodeFacts = {
  hostAddress: '198.18.0.1',
  nodeAddress: '198.18.0.2',
  apiServerPort: 26_500,
  cgroup: '/testbed-0123abcd',
  pauseImage: `localhost/testbed/pause@sha256:${'0'.repeat(64)}`,
};
const layout = clusterLayout('/srv/site/clusters/embedded');
const { files, felixEnvironment } = realNodeConfigs(layout, FACTS);
const paths = nodeConfigPaths(layout);

function contentOf(path: string): string {
  const content = files[path];
  if (content === undefined) throw new Error(`no content for ${path}`);
  return content;
}

const kubeconfigSchema = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ server: z.string(), 'certificate-authority': z.string() }) })]),
  users: z.tuple([z.object({ user: z.object({ 'client-certificate': z.string(), 'client-key': z.string() }) })]),
});

it('all lies in the folder that the node sees', () => {
  const { folder } = nodePaths(layout);
  expect(Object.keys(files).filter((path) => !path.startsWith(`${folder}/config/`))).toEqual([]);
});

it('names no file of the cluster that lies outside of that folder: the keys of its CAs stay out of reach', () => {
  const everything = [...Object.values(files), ...Object.values(felixEnvironment)].join('\n');
  const named = everything.match(/\/srv\/site[^\s"',]*/g) ?? [];
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !path.startsWith('/srv/site/clusters/embedded/node/'))).toEqual([]);
});

it.each(['kubelet', 'kube-proxy', 'felix', 'calico-cni'] as const)(
  '%s has a kubeconfig with its own pair, to the API server at the end of the link',
  (name) => {
    const { clusters, users } = kubeconfigSchema.parse(JSON.parse(contentOf(paths.kubeconfig(name))));
    expect(clusters[0].cluster).toEqual({
      server: 'https://198.18.0.1:26500',
      'certificate-authority': '/srv/site/clusters/embedded/node/pki/cluster-ca.crt',
    });
    const pair = `/srv/site/clusters/embedded/node/pki/${name}.pem`;
    expect(users[0].user).toEqual({ 'client-certificate': pair, 'client-key': pair });
  },
);

it('the kubelet listens on the node alone, asks who calls and what for, and never sets a value of the machine', () => {
  expect(JSON.parse(contentOf(paths.kubelet))).toMatchObject({
    kind: 'KubeletConfiguration',
    address: '198.18.0.2',
    readOnlyPort: 0,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true } },
    authorization: { mode: 'Webhook' },
    protectKernelDefaults: true,
    cgroupRoot: '/testbed-0123abcd',
    clusterDNS: [DNS_ADDRESS],
    resolvConf: '',
  });
});

it('kube-proxy leaves the table of connections as the machine has it and opens no port but to the node', () => {
  expect(JSON.parse(contentOf(paths.kubeProxy))).toMatchObject({
    clusterCIDR: POD_RANGE,
    conntrack: { maxPerCore: 0, min: 0 },
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    nodePortAddresses: ['198.18.0.2/32'],
  });
});

it('felix drops what pods send to their node', () => {
  expect(felixEnvironment).toMatchObject({
    FELIX_DEFAULTENDPOINTTOHOSTACTION: 'DROP',
    FELIX_FELIXHOSTNAME: 'node-1',
    KUBECONFIG: '/srv/site/clusters/embedded/node/config/felix.kubeconfig',
  });
});

it('the network of pods has one plugin file, whose plugins are all linked in one folder', () => {
  const conflist = z
    .object({ plugins: z.array(z.object({ type: z.string(), ipam: z.object({ type: z.string() }).optional() })) })
    .parse(JSON.parse(contentOf('/srv/site/clusters/embedded/node/config/cni/10-calico.conflist')));
  const types = conflist.plugins.flatMap(({ type, ipam }) => [type, ...(ipam === undefined ? [] : [ipam.type])]);
  const linked = Object.keys(networkPluginLinks()).map((path) => path.split('/').at(-1));
  // The runtime itself calls `loopback`.
  expect(new Set(linked)).toEqual(new Set([...types, 'loopback']));
});

it('the same facts give the same content, and every fact is in it', () => {
  expect(realNodeConfigs(layout, FACTS)).toEqual({ files, felixEnvironment });
  const everything = Object.values(files).join('\n');
  for (const fact of Object.values(FACTS)) expect(everything).toContain(String(fact));
});

it('is written with the cluster’s other configuration, for its user alone, and once', () => {
  const place = temporaryCluster();
  try {
    const node = nodePaths(place.layout);
    for (const folder of [...clusterFolders(place.layout), node.folder, node.config, node.cni])
      ensurePrivateFolder(folder);
    ensureConfigFiles(place.layout, 'https://127.0.0.1:26500', FACTS);
    for (const [path, content] of Object.entries(realNodeConfigs(place.layout, FACTS).files))
      expect(readFileSync(path, 'utf8')).toBe(content);
  } finally {
    place.end();
  }
});

it('the boundary lets API calls and the kubelet’s answers out of the node, and nothing else', () => {
  expect(contentOf(paths.boundaryRules).split('\n')).toEqual([
    '*mangle',
    ':TESTBED-BOUNDARY - [0:0]',
    '-F TESTBED-BOUNDARY',
    '-A TESTBED-BOUNDARY -d 198.18.0.1/32 -p tcp -m tcp --dport 26500 -j RETURN',
    '-A TESTBED-BOUNDARY -s 198.18.0.2/32 -d 198.18.0.1/32 -p tcp -m tcp --sport 10250 -m conntrack --ctstate ESTABLISHED -j RETURN',
    '-A TESTBED-BOUNDARY -j DROP',
    '-A POSTROUTING -o node0 -j TESTBED-BOUNDARY',
    'COMMIT',
    '',
  ]);
});
