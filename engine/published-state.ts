import { claimKey } from './claims/claim-document';
import type { Claim } from './claims/held-claim';
import { claimLost } from './claims/claim-errors';
import { stateUnreadable } from './state';
import { requireStackName } from './stack-name';
import type { DocumentStore, StoredDocument, Version } from './store/types';
import type { StackReference } from './types';

/*
 * The published state of a stack is the document `states/<stack>`: `{"version":1,"claim":N,"engine":{...}}`, N the claim under which it was written, `engine` what
 * the engine wrote, byte for byte. `"engine":null` stands for a stack that is no more, where a holder that was silent may still come back and would
 * take an absent document for one that it may write.
 */
const HEADER = /^\{"version":1,"claim":(\d{1,15}),"engine":/;
const LONGEST_HEADER = 64;

export interface PublishedState {
  /** The claim under which it was written. */
  readonly claim: number;
  /** The engine's own file. Undefined for a stack that was ended. */
  readonly content: string | undefined;
  readonly version: Version;
}

/** For people: which document, and where. */
export function statePlace({ name, store }: Pick<StackReference, 'name' | 'store'>): string {
  return `${stateKey(name)} in ${store.place}`;
}

export function stateKey(stack: string): string {
  return `states/${requireStackName(stack)}`;
}

/** What `states/<stack>` holds for a state of the engine; undefined for one that was ended. */
export function publishedContent(claim: number, content: string | undefined): Buffer {
  return Buffer.from(`{"version":1,"claim":${claim},"engine":${content ?? 'null'}}`);
}

/** Undefined where there is none. Throws StateUnreadable for what is no document of a state; whether the engine's own part is whole is not looked at. */
export async function readPublished(
  stack: Pick<StackReference, 'name' | 'store'>,
): Promise<PublishedState | undefined> {
  const found = await stack.store.read(stateKey(stack.name));
  return found === undefined ? undefined : parse(statePlace(stack), found);
}

/** Names of the stacks that have a published state, in order. */
export async function* publishedStacks(store: DocumentStore): AsyncIterable<string> {
  for await (const key of store.list('states/')) yield key.slice('states/'.length);
}

/** The published state in the hands of a claim's holder. */
export interface HeldState {
  /** As it was when it was taken. */
  readonly content: string | undefined;
  /** Throws ClaimLost where another holder was there first: then nothing was written. */
  publish(content: string): Promise<void>;
  /** Ends the document. Throws ClaimLost. */
  end(): Promise<void>;
}

/**
 * Reads the published state for changing. What a former holder that was silent may still publish is fenced first: the document becomes another version than the one that it saw. Throws
 * ClaimLost, StateUnreadable and what the store throws.
 */
export async function holdState(claim: Claim, stack: Pick<StackReference, 'name' | 'store'>): Promise<HeldState> {
  const key = stateKey(stack.name);
  const found = await readPublished(stack);
  // After the reading: who was stopped before it would else see the state of whoever followed, and could replace it.
  await claim.verify();
  let version: Version | 'absent' = found?.version ?? 'absent';
  const write = async (content: string | undefined): Promise<void> => {
    const bytes = publishedContent(claim.number, content);
    const outcome = await stack.store.write(key, bytes, version);
    if (outcome.kind === 'written') version = outcome.version;
    else version = await ourOwn(claim, stack, bytes);
  };
  if (claim.due.state) {
    await write(found?.content);
    claim.fenced('state');
  }
  return {
    content: found?.content,
    publish: write,
    async end() {
      if (version === 'absent') return;
      if (claim.contested) await write(undefined);
      else if ((await stack.store.end(key, version)) === 'conflict') {
        if ((await stack.store.read(key)) !== undefined) throw claimLost(stack.name);
      }
    },
  };
}

/** Ends what is published of a stack, and its claim: for a cluster that is no more, where nobody can change anything any more. */
export async function forgetPublished(store: DocumentStore, stack: string): Promise<void> {
  for (const key of [stateKey(stack), claimKey(stack)]) {
    const found = await store.read(key);
    if (found !== undefined) await store.end(key, found.version);
  }
}

/** After a conflict: the version of what we wrote ourselves, where only the answer to that was lost. */
async function ourOwn(
  claim: Claim,
  { name, store }: Pick<StackReference, 'name' | 'store'>,
  bytes: Buffer,
): Promise<Version> {
  const found = await store.read(stateKey(name));
  if (found === undefined || !found.content.equals(bytes)) throw claimLost(name);
  await claim.verify();
  return found.version;
}

function parse(place: string, { content, version }: StoredDocument): PublishedState {
  const [header, claim] = HEADER.exec(content.toString('utf8', 0, LONGEST_HEADER)) ?? [];
  if (header === undefined || content.at(-1) !== '}'.charCodeAt(0))
    throw stateUnreadable(place, new Error('it is no document of a state, or a part of one'));
  const engine = content.toString('utf8', header.length, content.length - 1);
  return { claim: Number(claim), content: engine === 'null' ? undefined : engine, version };
}
