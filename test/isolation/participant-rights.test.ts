import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesClient } from '../../kubernetes/types';
import { upSpec } from '../../operations/up';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';
import {
  boundaryCells,
  clusterCells,
  detourCells,
  foreignCells,
  managedObjectCells,
  ownCells,
  verdict,
  type Cell,
} from './cells';

/**
 * With all rights of a participant's role, against the real API server: nothing of ours is weakened, nothing of a second testbed is read,
 * listed or written. guard-rail-removal.test.ts shows that each rail is needed. Packets are not sent here: the nodes are simulated.
 */
const database = { engine: 'postgresql', version: '15' };
let site: TestSite;
let own: string;
let other: string;
let sensitive: string;
const clients = new Map<string, KubernetesClient>();

beforeAll(async () => {
  site = openTestSite();
  const make = async (name: string, grade: string): Promise<string> =>
    (await upSpec(specOf({ name, grade, database }), site.target, site.surroundings)).testbed.id;
  own = await make('rights-own', 'open');
  other = await make('rights-other', 'open');
  sensitive = await make('rights-sensitive', 'sensitive');
  clients.set('open', await site.participant('rights-own'));
  clients.set('sensitive', await site.participant('rights-sensitive'));
});
afterAll(async () => {
  await site.close();
});

/** Titles are known before the testbeds are, so the table is built for placeholders first and looked up again by title. */
function titles(cells: (first: string) => readonly Cell[]): string[] {
  return cells('tb-000000').map((cell) => cell.title);
}

async function judge(cells: readonly Cell[], title: string, who = 'open'): Promise<string> {
  const cell = cells.find((one) => one.title === title);
  const client = clients.get(who);
  if (cell === undefined || client === undefined) throw new Error(`no cell '${title}' or no client '${who}'`);
  return verdict(client, cell);
}

describe('a developer at grade open', () => {
  it.each(titles(ownCells))('may %s', async (title) => {
    expect(await judge(ownCells(own), title)).toBe('allowed');
  });

  it.each(titles(managedObjectCells))('may not %s', async (title) => {
    expect(await judge(managedObjectCells(own), title)).toMatch(/^(403|422) /);
  });

  it.each(titles(detourCells))('may not %s', async (title) => {
    expect(await judge(detourCells(own), title)).toMatch(/^(403|422) /);
  });

  it.each(titles(boundaryCells))('may not %s', async (title) => {
    expect(await judge(boundaryCells(own), title)).toMatch(/^403 /);
  });

  it.each(titles(clusterCells))('is refused %s', async (title) => {
    expect(await judge(clusterCells(own), title)).toMatch(/^403 /);
  });
});

describe('a second testbed', () => {
  it.each(titles(foreignCells))('refuses its neighbour to %s', async (title) => {
    expect(await judge(foreignCells(other), title)).toMatch(/^403 /);
  });
});

describe('a developer at grade sensitive', () => {
  it.each(['exec?command=sh', 'portforward', 'attach'])('has no %s', async (subresource) => {
    const cell: Cell = {
      title: subresource,
      attempt: (c) => c.raw('POST', `/api/v1/namespaces/${sensitive}/pods/any/${subresource}`),
    };
    const client = clients.get('sensitive');
    expect(client && (await verdict(client, cell))).toMatch(/^403 /);
  });
});
