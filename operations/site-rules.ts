import { existsSync } from 'node:fs';
import type { Site } from './site';

/** The folder of the site's own rules; undefined where it has none. */
export function siteRules(site: Site): string | undefined {
  return existsSync(site.rulesDirectory) ? site.rulesDirectory : undefined;
}
