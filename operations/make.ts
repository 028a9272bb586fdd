/** Another version's way to build a testbed, beside this version's own. */
export interface Make {
  readonly package: string;
  readonly components: number;
  /** Path of its built program, which takes the arguments that this version gives its own. */
  readonly module: string;
}
