import { isTestbedError } from '../errors';
import { createClient } from '../kubernetes/client';
import { rulesInForce, sweepRules } from './rules-in-force';
import { siteRules } from './site-rules';
import type { Site } from './site';
import type { Surroundings } from './surroundings';
import type { Target } from './target';

/**
 * Runs the work of a roll-out. The rules of an earlier version stay until the new ones are in force, and may refuse what comes with these, such as a
 * role that only the new ones know. Then the new ones stand already: the old ones are ended, and the work is run once more.
 */
export async function despiteOutdatedRules<T>(
  { site, target, minor }: { readonly site: Site; readonly target: Target; readonly minor: string },
  surroundings: Surroundings,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const [{ loadCatalogue }, { admissionObjects }, { anchorOf, namesOf }] = await Promise.all([
      import('../policies/catalogue/load.js'),
      import('../policies/admission/policies.js'),
      import('../policies/admission/anchor.js'),
    ]);
    const catalogue = loadCatalogue({ siteFolder: siteRules(site), nodeImages: target.pins !== undefined });
    const objects = admissionObjects(catalogue, { minor });
    const anchor = anchorOf(objects);
    const names = namesOf(objects, anchor);
    const refusing = isTestbedError(error, 'KubernetesRefused')
      ? /ValidatingAdmissionPolicy '(testbed-rules-[^']+)'/.exec(error.message)?.[1]
      : undefined;
    if (refusing === undefined || names.includes(refusing)) throw error;
    const admin = createClient(await target.admin());
    try {
      await rulesInForce(admin, anchor.canary, surroundings);
      await sweepRules(admin, names, surroundings);
    } finally {
      await admin.close();
    }
    return await work();
  }
}
