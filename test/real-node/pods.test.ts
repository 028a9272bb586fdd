import { expect, it } from 'vitest';
import { onRealNode } from '../support/real-node';

const node = onRealNode();

it('has one node that is ready', async () => {
  const names: string[] = [];
  for await (const { metadata } of node().admin.list('v1', 'Node')) names.push(metadata.name);
  expect(names).toEqual(['node-1']);
});
