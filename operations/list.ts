import { ANNOTATIONS, LABELS } from '../components/vocabulary';
import { isTestbedError } from '../errors';
import { markedNamespaces } from './marks';
import type { TestbedRecord } from './records';
import { openSite } from './site';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import type { Target, TargetOptions } from './target';
import { openTarget } from './target';

export interface ListedTestbed {
  readonly name: string;
  readonly id: string;
  readonly participant: string;
  readonly grade: string;
  readonly size: string;
  /** ISO date. */
  readonly ends: string;
  /** `unrecorded`: the cluster bears our mark, this site has no record. `missing`: recorded, but not on the cluster. */
  readonly infrastructure: TestbedRecord['infrastructure'] | 'unrecorded' | 'missing';
}

export interface ListResult {
  readonly testbeds: readonly ListedTestbed[];
  /** False when the cluster could not be asked: then only the records speak. */
  readonly clusterAsked: boolean;
}

/** Testbeds from our own records, compared with our own marks on the cluster. */
export async function list(options: TargetOptions, surroundings: Surroundings): Promise<ListResult> {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const records = await site.records.list();
  let target: Target;
  try {
    target = await openTarget(site, options, surroundings);
  } catch (error) {
    // Without a cluster the records are still an answer; the result says that nobody was asked.
    if (!isTestbedError(error, 'ClusterNotRunning') && !isTestbedError(error, 'KubernetesUnreachable')) throw error;
    return { testbeds: records.map((record) => listed(record, record.infrastructure)), clusterAsked: false };
  }
  try {
    const marks = new Map<string, ListedTestbed>();
    for await (const { metadata } of markedNamespaces(target.reader, surroundings.signal))
      marks.set(metadata.name, {
        name: metadata.annotations?.[ANNOTATIONS.name] ?? metadata.name,
        id: metadata.name,
        participant: metadata.annotations?.[ANNOTATIONS.participant] ?? '',
        grade: metadata.labels?.[LABELS.grade] ?? '',
        size: '',
        ends: metadata.annotations?.[ANNOTATIONS.ends] ?? '',
        infrastructure: 'unrecorded',
      });
    const here = records.map((record) => {
      const present = marks.delete(record.id);
      const gone = !present && record.infrastructure === 'ready' && record.cluster.uid === target.reference.uid;
      return listed(record, gone ? 'missing' : record.infrastructure);
    });
    const all = [...here, ...marks.values()].sort((a, b) => a.name.localeCompare(b.name));
    return { testbeds: all, clusterAsked: true };
  } finally {
    await target.close();
  }
}

function listed(record: TestbedRecord, infrastructure: ListedTestbed['infrastructure']): ListedTestbed {
  const { name, id, participant, grade, size, ends } = record;
  return { name, id, participant, grade, size, ends, infrastructure };
}
