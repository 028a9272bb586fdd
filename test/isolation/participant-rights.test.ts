import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../kubernetes/client';
import type { KubernetesClient } from '../../kubernetes/types';
import { upSpec } from '../../operations/up';
import { testSurroundings } from '../support/cluster';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';
import { boundaryCells } from './cells/boundary';
import { verdict, type Cell, type DeniedCell } from './cells/cell';
import { clusterCells } from './cells/cluster';
import { detourCells } from './cells/detours';
import { managedObjectCells } from './cells/managed-objects';
import { foreignCells, makeVictims, type Victims } from './cells/neighbour';
import { ownCells } from './cells/own';
import { byRoleFor } from './cells/refusals';

/**
 * With all rights of a participant's role, against the real API server: nothing of ours is weakened, nothing of a second testbed is read,
 * listed or written. guard-rail-removal.test.ts shows that each rail is needed. Packets are not sent here: the nodes are simulated.
 */
const database = { engine: 'postgresql', version: '15' };
let site: TestSite;
let own: string;
let other: string;
let sensitive: string;
let developer: KubernetesClient;
let sensitiveDeveloper: KubernetesClient;
/** Whom every rail exempts, but those that exempt nobody. */
let admin: KubernetesClient;
let victims: Victims;

beforeAll(async () => {
  site = openTestSite();
  const make = async (name: string, grade: string): Promise<string> =>
    (await upSpec(specOf({ name, grade, database }), site.target, site.surroundings)).testbed.id;
  own = await make('rights-own', 'open');
  other = await make('rights-other', 'open');
  sensitive = await make('rights-sensitive', 'sensitive');
  developer = await site.participant('rights-own');
  sensitiveDeveloper = await site.participant('rights-sensitive');
  admin = createClient(testSurroundings().connection);
  victims = await makeVictims(admin, other);
});
afterAll(async () => {
  await admin.close();
  await site.close();
});

/** Titles are known before the testbeds are, so the table is built for placeholders first and looked up again by title. */
function titles(cells: (first: string) => readonly Cell[]): string[] {
  return cells('tb-000000').map((cell) => cell.title);
}

function cellOf<One extends Cell>(cells: readonly One[], title: string): One {
  const cell = cells.find((one) => one.title === title);
  if (cell === undefined) throw new Error(`no cell '${title}'`);
  return cell;
}

const DENIED: readonly (readonly [string, (first: string) => readonly DeniedCell[]])[] = [
  ['what we manage', managedObjectCells],
  ['ways around the guard rails', detourCells],
  ['the boundary', boundaryCells],
  ['the cluster', clusterCells],
];

describe('a developer at grade open', () => {
  it.each(titles(ownCells))('may %s', async (title) => {
    expect(await verdict(developer, cellOf(ownCells(own), title).attempt)).toBe('allowed');
  });

  describe.each(DENIED)('as to %s', (_, cells) => {
    it.each(titles(cells))('may not %s', async (title) => {
      const { attempt, refusal } = cellOf(cells(own), title);
      expect([refusal].flat()).toContain(await verdict(developer, attempt));
    });
  });
});

describe('a second testbed', () => {
  it.each(titles(foreignCells))('refuses its neighbour to %s', async (title) => {
    const { attempt, refusal } = cellOf(foreignCells(other, victims), title);
    expect([refusal].flat()).toContain(await verdict(developer, attempt));
  });
});

describe('whom no rail hinders', () => {
  // Nothing but the rail stands in the way of an attempt: none is refused because it is malformed or finds nothing there.
  it('succeeds with every attempt of the table', async () => {
    const cells = [managedObjectCells(own), detourCells(own), clusterCells(own), foreignCells(other, victims)].flat();
    const answers = await Promise.all(
      cells.map(async ({ title, attempt, rehearsal, behind = 'allowed' }) => {
        const answer = await verdict(admin, rehearsal ?? attempt);
        return answer.startsWith(behind) ? undefined : `${title}: ${answer}`;
      }),
    );
    expect(answers.filter((answer) => answer !== undefined)).toEqual([]);
  });
});

describe('a developer at grade sensitive', () => {
  it.each(['exec?command=sh', 'attach'])('has no %s', async (subresource) => {
    const path = `/api/v1/namespaces/${sensitive}/pods/any/${subresource}`;
    expect(await verdict(sensitiveDeveloper, (c) => c.raw('POST', path))).toBe(byRoleFor('POST', path));
  });

  it('forwards ports of its own pods, and of no other testbed', async () => {
    const forward = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods/any/portforward`;
    const foreign = forward(own);
    expect(await verdict(sensitiveDeveloper, (c) => c.raw('POST', foreign))).toBe(byRoleFor('POST', foreign));
    // Let through: no pod of that name is there.
    expect(await verdict(sensitiveDeveloper, (c) => c.raw('POST', forward(sensitive)))).toMatch(/^404 /);
  });
});
