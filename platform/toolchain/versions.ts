/** Half-open: at least `from`, below `below`; both `major.minor.patch`. */
export interface VersionRange {
  readonly from: string;
  readonly below: string;
}

interface ParsedVersion {
  readonly numbers: readonly [number, number, number];
  readonly isPrerelease: boolean;
}

/** Reads `3.6.16`, `v1.34.4+build`, `go1.26`; a missing patch is 0. Undefined when it is no version. */
export function parseVersion(words: string): ParsedVersion | undefined {
  const match = /^(?:v|go)?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(.*)$/.exec(words.trim());
  if (match === null) return undefined;
  const [, major, minor, patch, rest] = match;
  return {
    numbers: [Number(major), Number(minor), Number(patch ?? 0)],
    // Distributors add suffixes of their own (`-eks-1`, `+k3s1`); only these words say that it is not a release.
    isPrerelease: /^[-.]?(?:alpha|beta|rc|dev|pre)/i.test(rest ?? ''),
  };
}

/** Negative when `a` is older than `b`, 0 when equal by number. Throws on words that are no version. */
export function compareVersions(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left === undefined || right === undefined) throw new Error(`not versions: ${a}, ${b}`);
  for (const index of [0, 1, 2] as const) {
    const difference = left.numbers[index] - right.numbers[index];
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether `version` is a release inside the range; what can't be read is not. */
export function isWithin(version: string, range: VersionRange): boolean {
  const parsed = parseVersion(version);
  if (parsed === undefined || parsed.isPrerelease) return false;
  return compareVersions(version, range.from) >= 0 && compareVersions(version, range.below) < 0;
}
