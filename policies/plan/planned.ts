/** A resource that a program would register, as the engine tells it. */
export interface Planned {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Empty for the default provider, which takes its configuration from whoever runs the program. */
  readonly provider: string;
  readonly properties: Readonly<Record<string, unknown>>;
}
