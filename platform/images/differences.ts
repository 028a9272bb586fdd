import type { DebianPackage, ToolInImage } from './image';

/** One package, or program that is none, in one image and in another. */
export interface PackageChange {
  readonly name: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Version before; absent where it was added. */
  readonly from?: string;
  readonly to?: string;
}

interface Contents {
  readonly packages: readonly DebianPackage[];
  readonly tools: readonly ToolInImage[];
}

/** What changes from one image to another, by name. */
export function differencesOf(before: Contents, after: Contents): PackageChange[] {
  const old = versions(before);
  const fresh = versions(after);
  const names = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return names.flatMap((name): PackageChange[] => {
    const from = old.get(name);
    const to = fresh.get(name);
    if (from === to) return [];
    if (from === undefined) return to === undefined ? [] : [{ name, kind: 'added', to }];
    return to === undefined ? [{ name, kind: 'removed', from }] : [{ name, kind: 'changed', from, to }];
  });
}

function versions({ packages, tools }: Contents): Map<string, string> {
  return new Map([...packages, ...tools].map(({ name, version }) => [name, version]));
}
