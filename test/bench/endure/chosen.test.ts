import { expect, it } from 'vitest';
import { chosen } from '../../../bench/endure/chosen';
import { pointsOf } from '../../../bench/endure/crash';
import type { Flow } from '../../../bench/faults/flows';

const writes: Record<Flow, readonly string[]> = { up: ['a', 'b', 'c'], update: ['d'], down: ['e', 'f'] };
const points = pointsOf({ writes }, ['all', 'engine']);
const asked = (options: Record<string, string>): readonly string[] =>
  chosen(points, (name) => options[name]).map(({ victim, flow, k, side }) => `${victim} ${flow} ${k} ${side}`);

it('takes every point, each side of each write and of two more, when nothing is said', () => {
  expect(asked({}).length).toBe(2 * 2 * (3 + 1 + 2 + 3 * 2));
  expect(asked({ flows: 'update' })).toEqual(
    [1, 2, 3].flatMap((k) =>
      ['all', 'engine'].flatMap((victim) => ['before', 'after'].map((side) => `${victim} update ${k} ${side}`)),
    ),
  );
});

it('takes single writes in the order in which they are named, and one point of so many', () => {
  expect(asked({ at: 'up:2,down:1', every: '3' })).toEqual([
    'all up 2 before',
    'engine up 2 after',
    'engine down 1 before',
  ]);
  expect(asked({ at: 'down:1,up:2', every: '4' })).toEqual(['all down 1 before', 'all up 2 before']);
});

it('never runs without a point', () => {
  expect(() => asked({ flows: 'sideways' })).toThrow('no point is like that');
  expect(() => asked({ at: 'up:9' })).toThrow('no point is like that');
  expect(() => asked({ every: '0' })).toThrow('--every 0 is not a number of points');
  expect(() => asked({ every: 'some' })).toThrow('--every some is not a number of points');
});
