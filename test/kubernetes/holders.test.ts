import { describe, expect, it } from 'vitest';
import { holdersOf } from '../../kubernetes/holders';
import type { KubernetesObject } from '../../kubernetes/types';

function namespace(
  conditions: readonly (readonly [string, string, string])[],
  finalizers: string[] = [],
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'a', deletionTimestamp: '2026-01-01T00:00:00Z' },
    spec: { finalizers },
    status: { conditions: conditions.map(([type, status, message]) => ({ type, status, message })) },
  };
}

describe('what holds an object', () => {
  it('is told with causes before what follows from them', () => {
    const held = namespace(
      [
        ['NamespaceContentRemaining', 'True', 'configmaps. has 1 resource instances'],
        ['NamespaceDeletionContentFailure', 'False', ''],
        ['NamespaceFinalizersRemaining', 'True', 'example.org/hold in 1 resource instances'],
        ['NamespaceDeletionDiscoveryFailure', 'True', 'unable to retrieve example.org/v1'],
      ],
      ['kubernetes'],
    );
    expect(holdersOf(held).map(({ en }) => en)).toEqual([
      'NamespaceDeletionDiscoveryFailure: unable to retrieve example.org/v1',
      'NamespaceFinalizersRemaining: example.org/hold in 1 resource instances',
      'NamespaceContentRemaining: configmaps. has 1 resource instances',
      'it is held by finalizers: kubernetes',
    ]);
  });

  it('is the grace period where nothing else is known', () => {
    expect(holdersOf(namespace([])).map(({ en }) => en)).toEqual(['it is still ending (grace period)']);
  });
});
