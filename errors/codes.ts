/** How a failure ends the command; decides the exit code. */
export type Outcome = 'failed' | 'usage' | 'refused' | 'bug' | 'interrupted';

/** Exit codes of the CLI (docs/adr/0001): 0 is done. */
export const EXIT_CODES: Readonly<Record<Outcome, number>> = {
  /** not done: something failed, or the person declined */
  failed: 1,
  /** the call or the spec is wrong; nothing was touched */
  usage: 2,
  /** a rule refused */
  refused: 3,
  /** our bug */
  bug: 70,
  interrupted: 130,
};

/** Every error code there is and how it ends a command. A code is never reused for another meaning. */
export const ERROR_CODES = {
  // the call
  UsageWrong: 'usage',
  Declined: 'failed',
  Interrupted: 'interrupted',
  InternalError: 'bug',
  // spec
  SpecInvalid: 'usage',
  SpecUnreadable: 'usage',
  GradeRefused: 'refused',
  // rules
  RuleInvalid: 'usage',
  RuleTestFailed: 'failed',
  PolicyRefused: 'refused',
  // toolchain
  ToolMissing: 'failed',
  ToolDownloadFailed: 'failed',
  ToolBuildFailed: 'failed',
  ToolDamaged: 'failed',
  // images
  ImageBuildFailed: 'failed',
  ImageDamaged: 'failed',
  ImageMissing: 'failed',
  RegistryRefused: 'failed',
  // cluster
  ClusterNotRunning: 'failed',
  ClusterStartFailed: 'failed',
  ClusterStopFailed: 'failed',
  ClusterBusy: 'failed',
  ClusterDamaged: 'failed',
  ClusterUnsuitable: 'failed',
  NodeCommandFailed: 'failed',
  PortTaken: 'failed',
  NoSpace: 'failed',
  VolumeFailed: 'failed',
  NoPermission: 'failed',
  // Kubernetes API
  KubeconfigRefused: 'usage',
  KubernetesUnreachable: 'failed',
  KubernetesRefused: 'failed',
  CertificateExpired: 'failed',
  // engine
  EngineFailed: 'failed',
  NotReady: 'failed',
  StateUnreadable: 'failed',
  StoreUnreachable: 'failed',
  OperationRunning: 'failed',
  ClaimLost: 'failed',
  SiteKeyRefused: 'failed',
  OwnershipConflict: 'failed',
  // testbeds
  TestbedUnknown: 'usage',
  TestbedAmbiguous: 'usage',
  NotEmpty: 'failed',
  NotAllDone: 'failed',
  DataLossRefused: 'failed',
  MadeByNewer: 'failed',
  DriftFound: 'failed',
  // databases
  DatabaseFailed: 'failed',
  BackupRefused: 'usage',
  DatabaseRefused: 'failed',
} as const satisfies Record<string, Outcome>;

export type ErrorCode = keyof typeof ERROR_CODES;
