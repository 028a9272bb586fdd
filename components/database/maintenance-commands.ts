/** How a database is backed up and restored: commands that are run in its pod. Plain data, so that who runs them needs nothing of Pulumi. */
export interface DatabaseMaintenance {
  readonly container: string;
  /** Major version: a backup of another one is not restored. */
  readonly version: number;
  /** Prints the server's full version. */
  readonly describe: readonly string[];
  /** Writes a backup to its output. */
  readonly dump: readonly string[];
  /**
   * Reads a backup of `bytes` from its input into a fresh database, then puts that in the place of the present one, at once and whole. Whatever
   * fails before leaves the present one as it is. `run` names what is made; 12 hex digits, another for each call.
   */
  readonly restore: (run: string, bytes: number) => readonly string[];
}
