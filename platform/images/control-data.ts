import type { DebianPackage } from './image';

/** One paragraph of control data: fields in their order, folded values with their line ends. */
export type Stanza = ReadonlyMap<string, string>;

/** Reads paragraphs of control data, such as `/var/lib/dpkg/status`. Lines that are none are passed over. */
export function parseControl(content: string): Stanza[] {
  return content.split(/\n(?:[ \t]*\n)+/).flatMap((paragraph) => {
    const fields = new Map<string, string>();
    let last: string | undefined;
    for (const line of paragraph.split('\n')) {
      if (/^[ \t]/.test(line) && last !== undefined) fields.set(last, `${fields.get(last) ?? ''}\n${line}`);
      else {
        const [, name, value] = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(line) ?? [];
        last = name;
        if (name !== undefined) fields.set(name, (value ?? '').trim());
      }
    }
    return fields.has('Package') && fields.has('Version') ? [fields] : [];
  });
}

/** The fields that an image's package database keeps: those of the package itself, not of where its file lay. */
const KEPT = [
  'Package',
  'Source',
  'Version',
  'Architecture',
  'Multi-Arch',
  'Essential',
  'Priority',
  'Section',
  'Maintainer',
  'Installed-Size',
  'Provides',
  'Pre-Depends',
  'Depends',
  'Homepage',
  // Of the package file: no field of dpkg's own, which passes such over.
  'SHA256',
];

/** `/var/lib/dpkg/status` of an image with these packages. */
export function dpkgStatus(stanzas: readonly Stanza[]): string {
  return stanzas
    .map((stanza) => {
      const rows = KEPT.flatMap((field) => {
        const value = stanza.get(field);
        return value === undefined ? [] : [`${field}: ${value}`];
      });
      const [head = '', ...rest] = rows;
      return `${[head, 'Status: install ok installed', ...rest, `Description: ${summaryOf(stanza)}`].join('\n')}\n`;
    })
    .join('\n');
}

export function packageOf(stanza: Stanza): DebianPackage {
  const name = stanza.get('Package') ?? '';
  const version = stanza.get('Version') ?? '';
  const [, source = name, sourceVersion = version] = /^(\S+)(?: \((\S+)\))?$/.exec(stanza.get('Source') ?? name) ?? [];
  const homepage = stanza.get('Homepage');
  const sha256 = stanza.get('SHA256');
  return {
    name,
    version,
    architecture: stanza.get('Architecture') ?? 'all',
    source,
    sourceVersion,
    maintainer: stanza.get('Maintainer') ?? '',
    ...(homepage === undefined || !URL.canParse(homepage) ? {} : { homepage }),
    description: summaryOf(stanza),
    depends: dependencyNames(stanza),
    ...(sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256) ? {} : { sha256 }),
  };
}

function summaryOf(stanza: Stanza): string {
  return (stanza.get('Description') ?? '').split('\n', 1)[0] ?? '';
}

/** `libc6 (>= 2.36), debconf (>= 0.5) | debconf-2.0` -> debconf, debconf-2.0, libc6 */
function dependencyNames(stanza: Stanza): string[] {
  const lists = [stanza.get('Pre-Depends'), stanza.get('Depends')].filter((list) => list !== undefined);
  const names = lists.flatMap((list) => list.split(/[,|]/)).map((each) => /^\s*([a-z0-9][a-z0-9+.-]+)/.exec(each)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}
