import type { DocumentStore } from '../engine/store/types';
import type { Engine } from '../engine/types';
import type { VendorPlugin } from '../engine/vendor-plugin';
import type { Language, OnProgress, Text } from '../errors';
import type { Make } from './make';

/** What a use case gets from whoever calls it: the world outside as values and ports, so that it can run in a test or a service alike. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly now: () => Date;
  /** Only for texts that are made by somebody else in one language; everything of ours is a Text. */
  readonly language: Language;
  readonly onProgress: OnProgress;
  readonly onWarning: (warning: Text) => void;
  /** Resolves when the person agrees; throws Declined, or UsageWrong where nobody can be asked. */
  readonly confirm: (question: Text) => Promise<void>;
  /** Asks for a word that is not shown while it is typed; undefined where nobody can be asked. */
  readonly askSecret?: ((question: Text) => Promise<string>) | undefined;
  readonly signal: AbortSignal;
  /** The vendor's provider in place of the embedded one, where the caller wants that. */
  readonly vendorPlugin?: VendorPlugin;
  /** A warm engine to use, kept by the caller; without it each use case starts its own and closes it. */
  readonly engine?: Engine;
  /** The site's open store, kept by the caller; without it each use case opens it and closes it. */
  readonly store?: DocumentStore;
  /** What builds testbeds, where that is another version than this one. */
  readonly make?: Make;
}
