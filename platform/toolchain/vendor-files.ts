import type { Platform, VendorFile } from './tool';

/**
 * The pinned versions and where the vendors publish them. Of the addresses, what was known when this was written (nothing was
 * fetched from the vendors, so a first download on a connected machine is the proof; a wrong address ends in the build, a wrong
 * checksum in a refusal):
 * - pulumi: address and checksum file as the vendor's public list of versions has them, the archive's inner path as its public
 *   release configuration; both read up to 3.219, taken to hold for 3.259.0.
 * - kubernetes: address as in its public documentation; that `.sha256` holds the bare digest is common knowledge, not seen here.
 *   Components of servers and nodes exist for Linux only.
 * - etcd: address and inner path as on the public page of this release; the format of SHA256SUMS (`sha256  name`) not seen here.
 *   For macOS the vendor publishes zip files only, which are not read: it is built there.
 * - kwok: the vendor's public release script uploads plain executables and no checksums, so the download is used only
 *   where a site pins one.
 */
export const PULUMI = '3.259.0';
export const KUBERNETES = '1.34.4';
export const ETCD = '3.6.16';
export const KWOK = '0.8.0';

const GITHUB = 'https://github.com';

export function pulumiFile({ os, arch }: Platform): VendorFile {
  const folder = 'https://get.pulumi.com/releases/sdk';
  return {
    url: `${folder}/pulumi-v${PULUMI}-${os}-${arch === 'amd64' ? 'x64' : arch}.tar.gz`,
    checksums: { url: `${folder}/pulumi-${PULUMI}-checksums.txt`, format: 'list' },
    content: { kind: 'tar.gz', entry: 'pulumi/pulumi' },
  };
}

export function etcdFile({ os, arch }: Platform): VendorFile | undefined {
  if (os !== 'linux') return undefined;
  const folder = `${GITHUB}/etcd-io/etcd/releases/download/v${ETCD}`;
  const stem = `etcd-v${ETCD}-${os}-${arch}`;
  return {
    url: `${folder}/${stem}.tar.gz`,
    checksums: { url: `${folder}/SHA256SUMS`, format: 'list' },
    content: { kind: 'tar.gz', entry: `${stem}/etcd` },
  };
}

export function kubernetesFile(name: string, { os, arch }: Platform): VendorFile | undefined {
  if (os !== 'linux' && name !== 'kubectl') return undefined;
  const url = `https://dl.k8s.io/release/v${KUBERNETES}/bin/${os}/${arch}/${name}`;
  return { url, checksums: { url: `${url}.sha256`, format: 'bare' }, content: { kind: 'plain' } };
}

export function kwokFile({ os, arch }: Platform): VendorFile {
  return {
    url: `${GITHUB}/kubernetes-sigs/kwok/releases/download/v${KWOK}/kwok-${os}-${arch}`,
    content: { kind: 'plain' },
  };
}
