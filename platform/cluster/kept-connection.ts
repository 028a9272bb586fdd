import { TestbedError, text } from '../../errors';
import type { ClusterConnection } from '../../kubernetes/types';
import { authorityFile, pairFile, type ClusterLayout } from './layout';
import { readPair } from './pki/keys';
import { readSmallFile } from './private-files';
import type { ClusterRecord } from './record/cluster-record';

/** `https://127.0.0.1:<port>` */
export function serverAddress({ ports }: ClusterRecord): string {
  return `https://127.0.0.1:${ports.apiServer}`;
}

/** A connection with a certificate that is kept on disk, for the cluster's own parts. */
export function keptConnection(
  layout: ClusterLayout,
  record: ClusterRecord,
  name: 'supervisor' | 'simulated-storage' | 'local-storage',
): ClusterConnection {
  const pair = readPair(pairFile(layout, name));
  const caPem = readSmallFile(authorityFile(layout, 'cluster-ca'));
  if (pair === undefined || caPem === undefined)
    throw new TestbedError(
      'ClusterDamaged',
      text(`the certificate of ${name} is missing in ${layout.pki}`, `${layout.pki}에 ${name} 인증서가 없습니다`),
      { hint: text('testbed cluster up makes it again', 'testbed cluster up을 실행하면 다시 만듭니다') },
    );
  return { server: serverAddress(record), caPem, credential: { kind: 'certificate', ...pair } };
}
