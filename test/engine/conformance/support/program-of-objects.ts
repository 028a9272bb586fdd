import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../../../engine/engine';
import { openDirectoryStore } from '../../../../engine/store/directory';
import type { OperationKind, OperationResult, StackReference } from '../../../../engine/types';
import type { JsonObject } from '../../../../kubernetes/types';
import { packageRoot } from '../../../../package/root';
import { testSurroundings } from '../../../support/cluster';
import { randomName } from '../../provider/support/served-provider';

/** One resource of the program; options are Pulumi's, resources in them by name. */
export type ProgramObject = {
  readonly name: string;
  readonly object: JsonObject;
  readonly options?: JsonObject;
  /** The id of an object that is only looked at. */
  readonly get?: string;
};

/** Stacks of programs that are lists of objects, run by the real CLI with the embedded provider. */
export interface ProgramOfObjects {
  stack(): StackReference;
  run(kind: OperationKind, stack: StackReference, objects: readonly ProgramObject[]): Promise<OperationResult>;
  end(): Promise<void>;
}

export function openProgramOfObjects(): ProgramOfObjects {
  const { connection, tools } = testSurroundings();
  const engine = createEngine();
  const directory = mkdtempSync(join(tmpdir(), 'testbed-conformance-'));
  const store = openDirectoryStore(directory);
  return {
    stack: () => ({ name: randomName('co'), store, dataKey: randomBytes(32).toString('base64') }),
    run: (kind, stack, objects) =>
      engine.run({
        kind,
        stack,
        program: {
          module: join(packageRoot(), 'test/engine/conformance/fixtures/objects.cjs'),
          args: { objects: objects.map((object) => ({ ...object })) },
        },
        connection,
        pulumi: tools['pulumi'] ?? '',
        waitFor: 'applied',
        readinessTimeoutSeconds: 30,
      }),
    end: async () => {
      await engine.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
