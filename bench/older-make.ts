import { join } from 'node:path';
import type { Make } from '../operations/make';
import { packageRoot } from '../package/root';

/** The oldest make that is kept: the testbeds' program of commit 4bd418c, from before components were counted. */
export function olderMake(): Make {
  return {
    package: '0.1.0',
    components: 0,
    module: join(packageRoot(), 'test', 'fixtures', 'older-versions', 'program-0.cjs'),
  };
}
