import { readFileSync } from 'node:fs';
import type { ClusterConnection } from '../../kubernetes/types';

/** The real cluster and tools of this test run, prepared once by test/support/prepare.ts. */
export interface TestSurroundings {
  /** Full rights; tests that act as somebody else make their own connection from it. */
  readonly connection: ClusterConnection;
  readonly tools: Readonly<Record<string, string>>;
  /** The API server's audit log, one JSON event a line. */
  readonly auditLog: string;
  /** A kubeconfig of the same rights, context `testbed-admin`. */
  readonly kubeconfig: string;
}

/** Reads what the global setup prepared; fails loudly where a test runs without it. */
export function testSurroundings(): TestSurroundings {
  const file = process.env['TESTBED_TEST_CLUSTER'];
  if (file === undefined) throw new Error('TESTBED_TEST_CLUSTER is not set: run the tests by `npm test`');
  // Written by our own setup in the same run, so it is trusted as it is.
  return JSON.parse(readFileSync(file, 'utf8')) as TestSurroundings;
}
