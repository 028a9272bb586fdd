import { bytesOf, SIZES, type ImagePins, type TestbedArgs } from '../components';
import { TestbedError, text } from '../errors';
import type { AdmittedSpec, Spec } from '../spec';

/** Arguments of the stack of one testbed; JSON, without secrets. The spec was read and judged by the spec layer. */
export interface TestbedProgramArgs {
  /** `tb-x7k2p9` */
  readonly id: string;
  readonly spec: AdmittedSpec;
  /** Default: the cluster's default class. */
  readonly storageClass?: string;
  /** The site's own image references. Default: the vendors'. */
  readonly pins?: ImagePins;
}

/**
 * A spec in the words of the components. What only the two together know is judged here: throws SpecInvalid for a database that does not
 * fit into the testbed's size.
 */
export function testbedArgs({ id, spec, storageClass, pins }: TestbedProgramArgs): TestbedArgs {
  const { name, participant, owner, members, grade, size, ends, network, database } = spec;
  if (database !== undefined) requireStorageFits(size, database.storage);
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
    ...(database === undefined ? {} : { database }),
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(pins === undefined ? {} : { pins }),
  };
}

function requireStorageFits(size: Spec['size'], storage: string): void {
  const most = SIZES[size].quota.storage;
  const [wanted, allowed] = [bytesOf(storage), bytesOf(most)];
  if (wanted !== undefined && allowed !== undefined && wanted <= allowed) return;
  throw new TestbedError(
    'SpecInvalid',
    text(
      `database.storage '${storage}' is more than a testbed of size '${size}' may hold: give ${most} or less, or a larger size`,
      `database.storage '${storage}': 크기 '${size}'의 한도를 넘습니다. ${most} 이하로 쓰거나 더 큰 크기를 선택하십시오`,
    ),
  );
}
