import type { types } from '@pulumi/kubernetes';
import type { NamedNetworkPolicy } from '../network-policies';
import type { ImagePins } from '../images';
import type { Size } from '../sizes';

/** A login of the database, without its password. */
export interface DatabaseLogin {
  /** Part of the Secret's name: `database-<role>`. */
  readonly role: 'owner' | 'app';
  readonly user: string;
}

/** What the workload of one engine is made from; everything plain. */
export interface DatabaseWorkload {
  readonly testbed: string;
  readonly size: Size;
  /** Of the volume claim: `10Gi`. */
  readonly storage: string;
  /** Undefined: the cluster's default class. */
  readonly storageClass: string | undefined;
  readonly pins: ImagePins;
}

/**
 * One kind of database. The component `Database` makes the objects; an engine says what is in them, by pure functions. Another engine
 * joins by implementing this and by an entry in `ENGINES`.
 */
export interface DatabaseEngine {
  readonly port: number;
  readonly databaseName: string;
  readonly logins: readonly DatabaseLogin[];
  /** Who may reach it, and whom it may reach. */
  networkPolicies(testbed: string): readonly NamedNetworkPolicy[];
  /** Files of the ConfigMap by name. */
  configuration(size: Size): Record<string, string>;
  statefulSet(workload: DatabaseWorkload): types.input.apps.v1.StatefulSet;
}

/** Name of the Secret with one login: host, port, dbname, user, password. */
export function loginSecretName(role: DatabaseLogin['role']): string {
  return `database-${role}`;
}
