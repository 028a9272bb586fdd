import type { JsonObject, JsonValue } from '../../../../kubernetes/types';

/** A field and the value that it gets; undefined takes it out. Paths as the engine writes them. */
export type Edit = readonly [path: string, to: JsonValue | undefined];

/** Where the objects of one run lie. */
export interface Place {
  readonly namespace: string;
  /** Name of the object; of what lies in no namespace it is one that nobody else uses. */
  readonly name: string;
}

/** One kind: a small object of it, and one edit of each class. */
export interface KindCase {
  readonly apiVersion: string;
  readonly kind: string;
  readonly scope: 'namespace' | 'cluster';
  /** What is special about the object, where a kind has more than one case. */
  readonly variant?: string;
  /** Fields beside apiVersion, kind and metadata. */
  readonly fields: (place: Place) => JsonObject;
  /** The object's name where the kind demands one; default `place.name`. */
  readonly name?: (place: Place) => string;
  /** A field that may change in place; it is also what somebody else changes when drift is looked for. */
  readonly change?: Edit;
  /** A field that the object does not have yet. */
  readonly add?: Edit;
  /** A field that goes. */
  readonly drop?: Edit;
  /** An element of a list that changes, comes or goes. */
  readonly list?: Edit;
  /** Fields that the server does not let change. */
  readonly replace: readonly Edit[];
}
