import { expect, it } from 'vitest';
import { SHARED_STACK, sharedStackOf } from '../../components/vocabulary';
import { isStackName } from '../../engine/stack-name';

it('what a site shares on another cluster is a stack of its own, named after that cluster', () => {
  const one = sharedStackOf('9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d');
  const other = sharedStackOf('1c6b147e-6a40-4d0b-8a8e-5f3f2d6f9f0a');
  expect([one, other]).toEqual(['shared-9b1deb4d', 'shared-1c6b147e']);
  expect([SHARED_STACK, one, other].every(isStackName)).toBe(true);
});
