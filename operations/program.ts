import { extname, join, relative } from 'node:path';
import { packageRoot } from '../package/root';
import type { ProgramReference } from '../engine/types';
import type { JsonObject, JsonValue } from '../kubernetes/types';
import type { AdmittedSpec } from '../spec';
import type { ImagePins } from '../stacks/node-images';
import type { Make } from './make';

export interface ProgramChoices {
  /** Counts from 1, which is the default. */
  readonly databaseCredentials?: number | undefined;
  /** The images that the cluster's own node has. */
  readonly pins?: ImagePins | undefined;
  /** Default: this version's. */
  readonly make?: Make | undefined;
}

/** The program of one testbed's stack with its arguments; the same spec gives the same arguments. */
export function testbedProgram(
  id: string,
  spec: AdmittedSpec,
  { databaseCredentials = 1, pins, make }: ProgramChoices = {},
): ProgramReference {
  return {
    module: make?.module ?? stackModule('testbed'),
    args: { id, spec: asJson(spec), databaseCredentials, ...(pins === undefined ? {} : { pins: { ...pins } }) },
  };
}

export interface SharedProgram {
  /** Further users, by exact name, whom the guard rails let through. */
  readonly admins: readonly string[];
  /** Minor of the cluster, such as `1.34`; the newest known when undefined. */
  readonly minor?: string;
  /** Absolute path of a site's own rules. */
  readonly siteRules?: string | undefined;
  /** The cluster's own node brings images that come from no registry. */
  readonly nodeImages?: boolean;
}

/** The program of what the cluster shares. */
export function sharedProgram({ admins, minor, siteRules, nodeImages }: SharedProgram): ProgramReference {
  return {
    module: stackModule('shared'),
    args: {
      admins: [...admins],
      ...(minor === undefined ? {} : { minor }),
      ...(siteRules === undefined ? {} : { siteRules }),
      ...(nodeImages === true ? { nodeImages } : {}),
    },
  };
}

/** The built file of a stack program, beside the built file of this module; from TypeScript (tests) the build of the same sources. */
function stackModule(name: 'testbed' | 'shared'): string {
  const sibling = join(__dirname, '..', 'stacks', `${name}${extname(__filename)}`);
  if (extname(__filename) === '.js') return sibling;
  const { build } = require(join(packageRoot(), 'bin', 'build.cjs')) as { build: () => string };
  return join(build(), relative(packageRoot(), sibling)).replace(/\.ts$/, '.js');
}

/** Drops what JSON has no word for (undefined), keeps the rest as it is. */
export function asJson(value: object): JsonObject {
  const parsed: JsonValue = JSON.parse(JSON.stringify(value)) as JsonValue;
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('a spec is an object');
  return parsed;
}
