import type { AnalyzerProviderResource } from '@pulumi/pulumi/proto/analyzer_pb';
import type { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import type { Planned } from '../plan/planned';

/** As far as a resource to judge and a resource of the stack are alike. */
export interface ResourceMessage {
  getUrn(): string;
  getType(): string;
  getName(): string;
  getProperties(): Struct | undefined;
  getProvider(): AnalyzerProviderResource | undefined;
}

const PROVIDER_TYPE = 'pulumi:providers:';

/** The engine's own providers, which take their configuration from whoever runs the program, bear names that begin so. */
const DEFAULT_PROVIDER = 'default';

/** A resource as the plan knows it; undefined for a component, which makes nothing itself: it is what has no provider and is none. */
export function registeredResource(message: ResourceMessage): Planned | undefined {
  const type = message.getType();
  const provider = message.getProvider();
  if (provider === undefined && !type.startsWith(PROVIDER_TYPE)) return undefined;
  return {
    urn: message.getUrn(),
    type,
    name: message.getName(),
    provider: provider === undefined || provider.getName().startsWith(DEFAULT_PROVIDER) ? '' : provider.getUrn(),
    properties: message.getProperties()?.toJavaScript() ?? {},
  };
}
