import { ANNOTATIONS } from '../components/vocabulary';
import { inventories } from '../kubernetes/inventory';
import type { KubernetesClient } from '../kubernetes/types';
import { gatherLooks, type GatheredLooks } from './gathered-looks';
import { openPlanRules, type PlanRules } from './judged-plan';
import { markedNamespaces } from './marks';
import type { TestbedRecord } from './records';
import type { Site } from './site';
import type { Surroundings } from './surroundings';
import { openTarget, type Target, type TargetOptions } from './target';

/** What the operations of one call share, so that each does not pay for it again: connections, rules, and looks at the whole cluster. */
export interface SharedWork {
  readonly target: Target;
  readonly rules: PlanRules;
  /** As `findByMark`, by one look at the cluster for all: whoever comes later meets the name's record, or is refused by the mark. */
  strangerOf(name: string): Promise<string | undefined>;
  /** As `inventory`, one look for several. */
  readonly looks: GatheredLooks;
  close(): Promise<void>;
}

/** Throws as `openTarget`. */
export async function openSharedWork(
  site: Site,
  options: TargetOptions,
  surroundings: Surroundings,
): Promise<SharedWork> {
  const opened = await openTarget(site, options, surroundings);
  const target: Target = { ...opened, site: lazily(() => opened.site()), admin: lazily(() => opened.admin()) };
  const { signal } = surroundings;
  const marks = lazily(() => namesByMark(opened.reader, signal));
  const crowded = new Set<string>();
  return {
    target,
    rules: openPlanRules(site, surroundings),
    strangerOf: async (name) => (await marks()).get(name),
    looks: gatherLooks((testbeds) => inventories(opened.reader, { testbeds, signal, crowded }), { signal }),
    close: () => opened.close(),
  };
}

/** The shared work of each cluster that the testbeds of a call live on; each is opened once, when it is first needed. */
export interface SharedWorks {
  of(record: TestbedRecord): Promise<SharedWork>;
  close(): Promise<void>;
}

export function openSharedWorks(site: Site, options: TargetOptions, surroundings: Surroundings): SharedWorks {
  const opened = new Map<string | undefined, Promise<SharedWork>>();
  return {
    of({ cluster }) {
      const context = options.context ?? cluster.context;
      const known = opened.get(context) ?? openSharedWork(site, { ...options, context }, surroundings);
      opened.set(context, known);
      return known;
    },
    async close() {
      for (const end of await Promise.allSettled(opened.values()))
        if (end.status === 'fulfilled') await end.value.close();
    },
  };
}

async function namesByMark(client: KubernetesClient, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for await (const { metadata } of markedNamespaces(client, signal)) {
    const name = metadata.annotations?.[ANNOTATIONS.name];
    if (name !== undefined) names.set(name, metadata.name);
  }
  return names;
}

/** Asks once; a failure is not kept. */
function lazily<T>(ask: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => {
    known ??= ask().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}
