import { openRecords, type Records } from '../../operations/records';
import { openSite } from '../../operations/site';
import { openStoredSite } from '../../operations/stored-site';

/** The records of the site below `home`, as another process sees them: opened anew for each call. */
export async function withRecords<T>(home: string, use: (records: Records) => Promise<T>): Promise<T> {
  const environment = { TESTBED_HOME: home };
  await using site = await openStoredSite(openSite(environment), { environment });
  return await use(openRecords(site.store));
}
