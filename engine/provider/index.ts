export type { ProviderContext } from './context';
export { providerService } from './service';
