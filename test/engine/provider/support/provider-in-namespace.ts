import type { KubernetesClient } from '../../../../kubernetes/types';
import type { ProviderContext } from '../../../../engine/provider';
import { adminClient, ServedProvider } from './served-provider';

/** A served provider, and a namespace on the real API server. */
export interface ProviderInNamespace {
  readonly client: KubernetesClient;
  readonly provider: ServedProvider;
  /** Ends both. */
  end(): Promise<void>;
}

export async function providerInNamespace(
  namespace: string,
  options: Partial<ProviderContext> = {},
): Promise<ProviderInNamespace> {
  const client = adminClient();
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const provider = await ServedProvider.start(client, options);
  return {
    client,
    provider,
    end: async () => {
      provider.stop();
      await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      await client.close();
    },
  };
}
