/** `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>` */
export interface UrnParts {
  readonly stack: string;
  /** Type token of the resource itself. */
  readonly type: string;
  /** The resource's logical name; may contain `::`. */
  readonly name: string;
}

export function parseUrn(urn: string): UrnParts {
  const [head = '', , types = '', ...name] = urn.split('::');
  return { stack: head.slice('urn:pulumi:'.length), type: types.split('$').at(-1) ?? '', name: name.join('::') };
}
