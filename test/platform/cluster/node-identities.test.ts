import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeAuthorityFile, nodePairFile } from '../../../platform/cluster/config/real-node-configs';
import { nodePaths } from '../../../platform/cluster/config/real-node-facts';
import { authorityFile, clusterFolders, pairFile } from '../../../platform/cluster/layout';
import { certificateEnds, ensureKeys } from '../../../platform/cluster/pki/keys';
import { ensurePrivateFolder } from '../../../platform/cluster/private-files';
import { temporaryCluster } from './cluster-under-test';

const NOW = new Date('2026-03-01T00:00:00.000Z');
const ADDRESSES = { hostAddress: '198.18.0.1', nodeAddress: '198.18.0.2' };
let place: ReturnType<typeof temporaryCluster>;

beforeEach(() => {
  place = temporaryCluster();
  for (const folder of [...clusterFolders(place.layout), nodePaths(place.layout).pki]) ensurePrivateFolder(folder);
});
afterEach(() => place.end());

function at(path: string): X509Certificate {
  return new X509Certificate(readFileSync(path, 'utf8'));
}

const OF_NODE = [
  'kubelet-client',
  'local-storage',
  'kubelet',
  'kubelet-serving',
  'kube-proxy',
  'felix',
  'calico-cni',
] as const;

it('come with a node, in order, and only once', () => {
  ensureKeys(place.layout, NOW);
  expect(ensureKeys(place.layout, NOW, ADDRESSES)).toEqual(['kube-apiserver', ...OF_NODE]);
  expect(ensureKeys(place.layout, NOW, ADDRESSES)).toEqual([]);
});

it('are the only keys that lie where the node sees them, beside the public half of the API’s CA', () => {
  ensureKeys(place.layout, NOW, ADDRESSES);
  const { pki } = nodePaths(place.layout);
  expect(readdirSync(pki).toSorted()).toEqual([
    'calico-cni.pem',
    'cluster-ca.crt',
    'felix.pem',
    'kube-proxy.pem',
    'kubelet-serving.pem',
    'kubelet.pem',
  ]);
  for (const name of readdirSync(pki)) expect(statSync(join(pki, name)).mode & 0o777).toBe(0o600);
  expect(readFileSync(nodeAuthorityFile(place.layout), 'utf8')).toBe(
    readFileSync(authorityFile(place.layout, 'cluster-ca'), 'utf8'),
  );
  expect(readFileSync(nodeAuthorityFile(place.layout), 'utf8')).not.toContain('PRIVATE KEY');
});

it.each([
  ['kubelet', 'O=system:nodes\nCN=system:node:node-1', '1.3.6.1.5.5.7.3.2'],
  ['kubelet-serving', 'CN=system:node:node-1', '1.3.6.1.5.5.7.3.1'],
  ['kube-proxy', 'CN=system:kube-proxy', '1.3.6.1.5.5.7.3.2'],
  ['felix', 'CN=testbed:felix', '1.3.6.1.5.5.7.3.2'],
  ['calico-cni', 'CN=testbed:cni', '1.3.6.1.5.5.7.3.2'],
] as const)('%s is %s, for one use only, and nobody of system:masters', (name, subject, usage) => {
  ensureKeys(place.layout, NOW, ADDRESSES);
  const certificate = at(nodePairFile(place.layout, name));
  expect(certificate.subject).toBe(subject);
  expect(certificate.keyUsage).toEqual([usage]);
});

it('what the control plane needs for a node lies outside of it', () => {
  ensureKeys(place.layout, NOW, ADDRESSES);
  expect(at(pairFile(place.layout, 'kubelet-client')).subject).toBe('CN=testbed:kubelet-client');
  expect(at(pairFile(place.layout, 'local-storage')).subject).toBe('CN=testbed:local-storage');
  expect(existsSync(nodePairFile(place.layout, 'kubelet'))).toBe(true);
  expect(existsSync(pairFile(place.layout, 'kubelet'))).toBe(false);
});

it('both ends of the link are named: the API server’s on its certificate, the kubelet’s on its own', () => {
  ensureKeys(place.layout, NOW, ADDRESSES);
  expect(at(pairFile(place.layout, 'kube-apiserver')).checkIP('198.18.0.1')).toBe('198.18.0.1');
  const serving = at(nodePairFile(place.layout, 'kubelet-serving'));
  expect(serving.subjectAltName).toBe('DNS:node-1, IP Address:198.18.0.2');
});

it('follow the link to other addresses: what names an old one is made again, the rest stays', () => {
  ensureKeys(place.layout, NOW, ADDRESSES);
  const moved = { hostAddress: '198.18.0.5', nodeAddress: '198.18.0.6' };
  expect(ensureKeys(place.layout, NOW, moved)).toEqual(['kube-apiserver', 'kubelet-serving']);
  expect(at(nodePairFile(place.layout, 'kubelet-serving')).checkIP('198.18.0.6')).toBe('198.18.0.6');
});

it('count when the first end of all is asked for', () => {
  ensureKeys(place.layout, NOW);
  const later = new Date('2026-02-20T00:00:00.000Z');
  const without = certificateEnds(place.layout);
  ensureKeys(place.layout, later, ADDRESSES);
  // Made with an earlier clock, they end first.
  expect(certificateEnds(place.layout)?.first.getTime()).toBeLessThan(without?.first.getTime() ?? 0);
});
