import type { DatabaseMaintenance } from './maintenance-commands';
import { POSTGRES_MAINTENANCE } from './postgres-maintenance';

/** By engine and version, like `ENGINES`. */
export const MAINTENANCE: Readonly<Record<'postgresql', Readonly<Record<15, DatabaseMaintenance>>>> = {
  postgresql: { 15: POSTGRES_MAINTENANCE },
};
