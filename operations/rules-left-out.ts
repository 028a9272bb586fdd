import { siteRules } from './site-rules';
import type { Site } from './site';

/** A rule that the API server of a cluster can't judge, because it is too old for what the rule's expression uses. */
export interface RuleLeftOut {
  readonly rule: string;
  /** The oldest minor that could, such as `1.31`. */
  readonly needs: string;
}

/** The rules of a site that an API server of this minor (`1.30`) can't judge; plan and audit judge them all the same. */
export async function rulesLeftOut(site: Site, minor: string): Promise<readonly RuleLeftOut[]> {
  const [{ loadCatalogue }, { groupRules }] = await Promise.all([
    import('../policies/catalogue/load.js'),
    import('../policies/admission/groups.js'),
  ]);
  const { leftOut } = groupRules(loadCatalogue({ siteFolder: siteRules(site) }), minor);
  return leftOut.map(({ rule, needs }) => ({ rule: rule.id, needs }));
}
