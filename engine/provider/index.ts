export type { ProviderContext } from './context';
export { PROVIDER_VERSION, providerService } from './service';
