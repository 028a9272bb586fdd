import { COMPONENTS_VERSION } from '../components/version';
import { packageVersion } from '../package/root';
import type { TestbedRecord } from './records';
import type { Surroundings } from './surroundings';

/** What a testbed was built by: the package, the count of its components, and when. */
export type BuiltBy = NonNullable<TestbedRecord['versions']>['madeBy'];

type Builder = Pick<Surroundings, 'now' | 'make'>;

/** What builds testbeds now. */
export function presentVersion({ now, make }: Builder): BuiltBy {
  const { package: version, components } = make ?? { package: packageVersion(), components: COMPONENTS_VERSION };
  return { package: version, components, at: now().toISOString() };
}

/** What last built it. Records from before this was kept say the package only. */
export function lastVersion(record: TestbedRecord): BuiltBy {
  return record.versions?.history.at(-1) ?? madeBy(record);
}

function madeBy({ versions, components, createdAt }: TestbedRecord): BuiltBy {
  return versions?.madeBy ?? { package: components, components: 0, at: createdAt };
}

/** What a record that is built now says of it: what made it stays, and what changed it since stands behind, one entry a change of version. */
export function builtNow(
  record: TestbedRecord,
  builder: Builder,
): Required<Pick<TestbedRecord, 'components' | 'versions'>> {
  const present = presentVersion(builder);
  const history = record.versions?.history ?? [];
  const isSame = isVersion(lastVersion(record), present);
  return {
    components: present.package,
    versions: { madeBy: madeBy(record), history: isSame ? history : [...history, present] },
  };
}

/** Whether what is recorded was built, to its end, by what builds testbeds now. */
export function isCurrent(record: TestbedRecord, builder: Builder): boolean {
  return record.infrastructure === 'ready' && isVersion(lastVersion(record), presentVersion(builder));
}

function isVersion(one: BuiltBy, other: BuiltBy): boolean {
  return one.package === other.package && one.components === other.components;
}
