import { expect, it } from 'vitest';
import { realNodeObstacle } from '../../../platform/cluster';
import { toldAs } from '../../support/restricted-obstacle';

const NOBODY = 65_534;

it('tells who may not have a real node why', async () => {
  const isRoot = process.getuid?.() === 0;
  const told = isRoot ? toldAs(NOBODY) : (await realNodeObstacle())?.en;
  expect(told).toMatch(/^a real node needs (Linux|root)/);
});
