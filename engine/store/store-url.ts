import { TestbedError, text } from '../../errors';

/** The error for a wrong `TESTBED_STATE`. What is said of it holds no part of the URL that could be a password. */
export function wrongStoreUrl(en: string, ko: string): TestbedError {
  return new TestbedError('UsageWrong', text(`TESTBED_STATE: ${en}`, `TESTBED_STATE: ${ko}`));
}

/** The parameters after `?`, each at most once and known. Throws UsageWrong. */
export function parametersOf<Name extends string>(url: URL, known: readonly Name[]): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const [name, value] of url.searchParams) {
    const key = known.find((each) => each === name);
    if (key === undefined || found[key] !== undefined)
      throw wrongStoreUrl(
        `the parameter ${JSON.stringify(name.slice(0, 40))} is unknown or there twice: ${url.protocol}// takes ${known.join(', ')}`,
        `${JSON.stringify(name.slice(0, 40))} 매개변수는 없거나 두 번 쓰였습니다. ${url.protocol}//에는 ${known.join(', ')}을(를) 쓸 수 있습니다`,
      );
    found[key] = value;
  }
  return found;
}
