import { findVendorPlugin } from '../engine/vendor-plugin';
import type { Surroundings } from './surroundings';

/** The surroundings in which the engine works with that provider. Throws ToolMissing where the vendor's is not installed: before anything is touched. */
export function withProvider(
  { provider }: { readonly provider: 'embedded' | 'vendor' },
  surroundings: Surroundings,
): Surroundings {
  return provider === 'embedded'
    ? surroundings
    : { ...surroundings, vendorPlugin: findVendorPlugin(surroundings.environment) };
}
