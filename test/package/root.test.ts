import { describe, expect, it } from 'vitest';
import { packageVersion } from '../../package/root';

describe('package', () => {
  it('knows its version from package.json', () => {
    expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
