export type { ProviderContext } from './context';
export { openRepairs, type Repairs } from './repair';
export { providerService } from './service';
