import { resolve } from 'node:path';
import { ADMIN_GROUP, USERS } from '../../components/vocabulary';
import { TestbedError, text } from '../../errors';
import type { ClusterConnection } from '../../kubernetes/types';
import { clusterDown } from './down';
import { serverAddress } from './kept-connection';
import { clusterLayout, type ClusterLayout } from './layout';
import { clusterStatus, observe } from './observation';
import { issueClient } from './pki/keys';
import { requireProofs } from './processes/proof';
import { readRecord, type ClusterSwitches } from './record/cluster-record';
import type { ClusterIdentity, EmbeddedCluster } from './types';
import { clusterUp } from './up';

const HOUR = 60 * 60 * 1000;
const START_TIMEOUT_MS = 120_000;

const IDENTITIES: Readonly<
  Record<
    ClusterIdentity,
    { readonly commonName: string; readonly organizations?: readonly string[]; readonly life: number }
  >
> = {
  site: { commonName: USERS.site, life: 24 * HOUR },
  operator: { commonName: USERS.operator, life: 24 * HOUR },
  admin: { commonName: USERS.admin, organizations: [ADMIN_GROUP], life: HOUR },
};

export interface EmbeddedClusterOptions {
  /** Absolute; created with mode 0700. Everything of the cluster lies in it. */
  readonly directory: string;
  /** How long a start may take, in milliseconds; default 120,000. */
  readonly startTimeoutMs?: number;
  /** Tests only. */
  readonly switches?: Partial<ClusterSwitches>;
}

/** The embedded cluster of a directory; touches nothing until it is used. */
export function openEmbeddedCluster(options: EmbeddedClusterOptions): EmbeddedCluster {
  const layout = clusterLayout(resolve(options.directory));
  const settings = { switches: options.switches ?? {}, startTimeoutMs: options.startTimeoutMs ?? START_TIMEOUT_MS };
  return {
    directory: layout.directory,
    async up(upOptions) {
      requireProofs();
      return clusterUp(layout, upOptions, settings);
    },
    async down(downOptions) {
      requireProofs();
      return clusterDown(layout, downOptions);
    },
    async status() {
      requireProofs();
      return clusterStatus(layout);
    },
    async nodeImages() {
      const record = readRecord(layout);
      if (record?.nodes.kind !== 'real') return undefined;
      return record.realNode?.images.map(({ reference }) => reference) ?? [];
    },
    async connection(identity) {
      requireProofs();
      return connect(layout, identity);
    },
  };
}

function connect(layout: ClusterLayout, identity: ClusterIdentity): ClusterConnection {
  const { record, supervisor } = observe(layout);
  if (record === undefined || supervisor === undefined)
    throw new TestbedError(
      'ClusterNotRunning',
      text(
        `the embedded cluster of ${layout.directory} does not run`,
        `${layout.directory}의 내장 클러스터가 실행 중이 아닙니다`,
      ),
      { hint: text('start it: testbed cluster up', '시작하세요: testbed cluster up') },
    );
  const { life, ...request } = IDENTITIES[identity];
  const { caPem, certPem, keyPem } = issueClient(layout, request, life, new Date());
  return { server: serverAddress(record), caPem, credential: { kind: 'certificate', certPem, keyPem } };
}
