/** The logical name at the end of a URN (`urn:pulumi:STACK::PROJECT::TYPES::NAME`); it may hold `::` itself. */
export function nameOfUrn(urn: string): string {
  return urn.split('::').slice(3).join('::');
}
