import type { Input } from '@pulumi/pulumi';
import type { types } from '@pulumi/kubernetes';
import type { NamedNetworkPolicy } from '../network-policies';
import type { ImagePins } from '../images';
import type { Size } from '../sizes';

/** A login of the database, without its password. */
export interface DatabaseLogin {
  /** Part of the Secret's name: `database-<role>`. Also the key of its password among the server's credentials. */
  readonly role: 'owner' | 'app';
  readonly user: string;
}

/** What the workload of one engine is made from. */
export interface DatabaseWorkload {
  readonly testbed: string;
  readonly size: Size;
  /** Of the volume claim: `10Gi`. */
  readonly storage: string;
  /** Undefined: the cluster's default class. */
  readonly storageClass: string | undefined;
  readonly pins: ImagePins;
  readonly credentials: {
    /** Has a password for each login, by its role, and the server's `tls.crt` and `tls.key`. */
    readonly secretName: string;
    /** Changes with the certificate: the server reads it when it starts. */
    readonly fingerprint: Input<string>;
  };
}

/**
 * One kind of database. The component `Database` makes the objects; an engine says what is in them, by pure functions. Another engine
 * joins by implementing this, by an entry in `ENGINES`, and by one in `MAINTENANCE` that says how it is backed up.
 */
export interface DatabaseEngine {
  readonly port: number;
  readonly databaseName: string;
  readonly logins: readonly DatabaseLogin[];
  /** Who may reach it, and whom it may reach. */
  networkPolicies(testbed: string): readonly NamedNetworkPolicy[];
  /** Files of the ConfigMap by name. */
  configuration(size: Size, storage: string): Record<string, string>;
  statefulSet(workload: DatabaseWorkload): types.input.apps.v1.StatefulSet;
}

/** Name of the Secret with one login, as a client needs it. It stays the same when the password changes. */
export function loginSecretName(role: DatabaseLogin['role']): string {
  return `database-${role}`;
}

/** Name of the Secret that the server starts with; every change of passwords or certificate has its own. */
export function credentialsSecretName(version: number): string {
  return `database-credentials-${version}`;
}
