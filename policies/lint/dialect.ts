/** How a function of CEL is called. */
export type CallKind = 'global' | 'method' | 'macro';

/** One function that an API server knows. */
export interface DialectFunction {
  readonly name: string;
  readonly kind: CallKind;
  /**
   * Oldest Kubernetes minor that takes it in a new policy. A server compiles new expressions as its previous minor would, so that a
   * function is taken one minor after the one that brought it. `1.30` stands for that and everything before.
   */
  readonly since: string;
  /** Whether rules may use it: our evaluator has it, with the same meaning. */
  readonly ours: boolean;
}

function entries(kind: CallKind, since: string, ours: boolean, names: string): DialectFunction[] {
  return names.split(' ').map((name) => ({ name, kind, since, ours }));
}

/**
 * The functions of the API server's CEL from Kubernetes 1.30 to 1.35, in which what 1.34 brought is taken. What is missing here, no server
 * of these versions has (cel.bind, math.*, reverse of strings). A test compares the table with a real server of 1.34.
 */
export const DIALECT: readonly DialectFunction[] = [
  ...entries('macro', '1.30', true, 'has all exists exists_one map filter'),
  ...entries('global', '1.30', true, 'size string int double bool dyn duration timestamp matches quantity isQuantity'),
  // Documented as a method, and declared as a function: servers take sign(quantity) only.
  ...entries('global', '1.30', false, 'sign'),
  ...entries('global', '1.30', false, 'uint bytes type url isURL strings.quote'),
  ...entries('method', '1.30', true, 'size startsWith endsWith contains matches find findAll split join lowerAscii'),
  ...entries(
    'method',
    '1.30',
    true,
    'upperAscii trim replace substring indexOf lastIndexOf charAt isSorted sum min max',
  ),
  ...entries(
    'method',
    '1.30',
    true,
    'isGreaterThan isLessThan compareTo isInteger asInteger asApproximateFloat add sub',
  ),
  ...entries('method', '1.30', true, 'getFullYear getMonth getDayOfMonth getDate getDayOfYear getDayOfWeek'),
  ...entries('method', '1.30', true, 'getHours getMinutes getSeconds getMilliseconds'),
  ...entries('method', '1.30', false, 'format getScheme getHost getHostname getPort getEscapedPath getQuery'),
  ...entries('global', '1.30', false, 'optional.of optional.none optional.ofNonZeroValue'),
  ...entries('method', '1.30', false, 'or orValue hasValue value'),
  ...entries('global', '1.30', false, 'sets.contains sets.equivalent sets.intersects'),
  ...entries('global', '1.31', true, 'ip isIP ip.isCanonical cidr isCIDR'),
  ...entries('method', '1.31', true, 'containsIP containsCIDR ip family prefixLength masked isUnspecified isLoopback'),
  ...entries('method', '1.31', true, 'isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast'),
  ...entries('global', '1.32', false, 'format.named format.dns1123Label format.dns1123Subdomain format.dns1035Label'),
  ...entries('method', '1.32', false, 'validate'),
  ...entries('macro', '1.33', false, 'transformList transformMap transformMapEntry existsOne'),
  ...entries('global', '1.34', false, 'semver isSemver'),
  // first and last came with a version of the CEL library, at 1.34 or before.
  ...entries('method', '1.34', false, 'major minor patch first last'),
  ...entries('method', '1.35', false, 'slice flatten distinct sort sortBy'),
  ...entries('global', '1.35', false, 'lists.range'),
];

/** The function that is called so; undefined where no server has it. */
export function dialectFunction(name: string, kind: CallKind): DialectFunction | undefined {
  return DIALECT.find((entry) => entry.name === name && entry.kind === kind);
}

/** Whether `minor` is `since` or newer; both such as `1.30`. */
export function isAtLeast(minor: string, since: string): boolean {
  return minorNumber(minor) >= minorNumber(since);
}

function minorNumber(minor: string): number {
  return Number(minor.slice(minor.indexOf('.') + 1));
}
