import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { ResourceProviderService } from '@pulumi/pulumi/proto/provider_grpc_pb';
import { createRequire } from 'node:module';
import { z } from 'zod';
import type { Text } from '../errors';
import { createClient } from '../kubernetes/client';
import type { ClusterConnection } from '../kubernetes/types';
import { openRepairs, providerService, type ProviderContext, type Repairs } from './provider';
import type { HostRequest } from './runner-messages';
import type { Repaired } from './types';
import { permittedClient } from './write-permits';

export interface HostedProvider {
  readonly definition: ServiceDefinition;
  /** An instance with a state of its own, for one of the program's providers; `ended` is aborted when the engine is done with it. */
  readonly implement: (ended: AbortSignal) => UntypedServiceImplementation;
  /** What the API server warned of in its answers, each once; then they are forgotten. */
  readonly takeWarnings: () => readonly string[];
  release(): Promise<void>;
}

type ProviderService = (context: ProviderContext, repairs?: Repairs) => UntypedServiceImplementation;
const providerModule = z.object({ providerService: z.custom<ProviderService>((value) => typeof value === 'function') });
const load = createRequire(__filename);

/** The embedded provider, or the one that a module exports in its place. */
export function loadProvider(module: string | undefined): ProviderService {
  return module === undefined ? providerService : providerModule.parse(load(module)).providerService;
}

/** Providers that an operation serves: each has an instance and a connection of its own. */
const MOST_PROVIDERS = 8;

interface Listeners {
  readonly onStatus: (urn: string, message: Text) => void;
  readonly onRepaired: (repaired: Repaired) => void;
}

/** The provider of one operation, with one client for all of its instances: credentials end with the operation. */
export function hostProvider(
  request: HostRequest & { readonly connection: ClusterConnection },
  signal: AbortSignal,
  { onStatus, onRepaired }: Listeners,
): HostedProvider {
  const plain = createClient(request.connection);
  const client = request.permits === undefined ? plain : permittedClient(plain, request.permits);
  const context: ProviderContext = {
    client,
    stack: request.stack,
    ...(request.previewNamespace === undefined ? {} : { previewNamespace: request.previewNamespace }),
    waitFor: request.waitFor,
    readinessTimeoutSeconds: request.readinessTimeoutSeconds,
    ...(request.clusterUid === undefined ? {} : { clusterUid: request.clusterUid }),
    plannedNamespaces: new Set(),
    onStatus,
    signal,
  };
  const repairs = request.repair === undefined ? undefined : openRepairs({ objects: request.repair, onRepaired });
  const service = loadProvider(request.provider);
  let instances = 0;
  return {
    definition: ResourceProviderService,
    implement: (ended) => {
      instances += 1;
      const own = { ...context, signal: AbortSignal.any([signal, ended]) };
      return service(instances > MOST_PROVIDERS ? { ...own, mostInstances: MOST_PROVIDERS } : own, repairs);
    },
    takeWarnings: () => client.takeWarnings(),
    release: () => client.close(),
  };
}
