/** The bounds of a spec, in one place: the schema, its messages, the JSON Schema and the reference all read them here. */
export const LIMITS = {
  /** Size of the file, in bytes. */
  fileBytes: 64 * 1024,
  /** Size of a file with several specs, in bytes. */
  filesBytes: 16 * 1024 * 1024,
  /** Nesting of mappings and lists. */
  depth: 16,
  /** Mappings, lists, keys and values in the whole file. */
  nodes: 5000,
  /** Problems that one answer lists; the rest are counted. */
  issues: 50,
  /** Characters of a path that a problem shows. */
  path: 120,
  name: { min: 3, max: 40 },
  participant: { min: 1, max: 80 },
  members: { min: 1, max: 50 },
  /** RFC 5321: an address fits in 254 characters, its local part in 64. */
  email: { max: 254, localMax: 64 },
  /** Days from today to the end of a testbed. */
  endsDays: 366,
  storage: { min: '100Mi', max: '100Gi' },
  egress: { max: 20 },
  egressName: { min: 1, max: 30 },
  egressPorts: { min: 1, max: 20 },
  port: { min: 1, max: 65535 },
} as const;

/** What a testbed's name must not begin with: these belong to Kubernetes, its distributions and this platform. */
export const RESERVED_PREFIXES = ['kube-', 'openshift-', 'default', 'testbed-', 'tb-'] as const;

/** Names that mean something else on the command line or in the state: the stack that the whole cluster shares. */
export const RESERVED_NAMES = ['shared'] as const;
