/**
 * Counts what a testbed is made of: raised whenever its manifests change, so that a live testbed is known to be of an earlier make. Records from before it
 * was counted are 0.
 */
export const COMPONENTS_VERSION = 1;
