import { insideTestbeds } from './guard-rails/inside-testbeds';
import { managedObjects } from './guard-rails/managed-objects';
import { namespaceKeys } from './guard-rails/namespaces';
import type { GuardRail } from './guard-rails/policy';
import { standingNamespaces } from './guard-rails/standing-namespaces';
import { systemNamespace } from './guard-rails/system-namespace';

export type { GuardRail } from './guard-rails/policy';
export { exemptUsers } from './guard-rails/exempt-users';

export interface GuardRailOptions {
  /** Users beside the platform's own whom a site lets through, by exact name. Default none. */
  readonly admins?: readonly string[];
}

/** The admission policies that keep what the platform manages from everybody else, with their bindings; the same for every cluster and grade. */
export function guardRails(options: GuardRailOptions = {}): readonly GuardRail[] {
  const admins = options.admins ?? [];
  return [
    managedObjects(admins),
    insideTestbeds(admins),
    namespaceKeys(admins),
    systemNamespace(admins),
    standingNamespaces(),
  ];
}
