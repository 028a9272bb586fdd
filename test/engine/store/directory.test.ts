import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectoryStore } from '../../../engine/store/directory';
import { describeDocumentStore, type StorePlace } from './document-store-behaviour';

describeDocumentStore({ title: 'a directory', histories: 60, place: ownPlace });

async function ownPlace(): Promise<StorePlace> {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-store-'));
  return {
    open: async () => openDirectoryStore(join(folder, 'store')),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  };
}
