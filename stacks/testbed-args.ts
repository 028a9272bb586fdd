import type { ImagePins, TestbedArgs } from '../components';
import type { AdmittedSpec } from '../spec';

/** Arguments of the stack of one testbed; JSON, without secrets. The spec was read and judged by the spec layer. */
export interface TestbedProgramArgs {
  /** `tb-x7k2p9` */
  readonly id: string;
  readonly spec: AdmittedSpec;
  /** Default: the cluster's default class. */
  readonly storageClass?: string;
  /** The site's own image references. Default: the vendors'. */
  readonly pins?: ImagePins;
  /** Counts the changes of the database's passwords and certificate. Default 1. */
  readonly databaseCredentials?: number;
}

/** A spec in the words of the components. */
export function testbedArgs({
  id,
  spec,
  storageClass,
  pins,
  databaseCredentials = 1,
}: TestbedProgramArgs): TestbedArgs {
  const { name, participant, owner, members, grade, size, ends, network, database } = spec;
  return {
    id,
    name,
    participant,
    owner,
    members,
    grade,
    size,
    ends,
    egress: network.egress,
    ...(database === undefined ? {} : { database: { ...database, credentials: databaseCredentials } }),
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(pins === undefined ? {} : { pins }),
  };
}
