import { join } from 'node:path';
import { z } from 'zod';
import type { Text } from '../../errors';
import { packageRoot } from '../../package/root';
import { readDocument } from './document';
import { ruleInvalid } from './issue';
import { SHIPPED_RULES } from './places';
import { lineInBoth } from './texts';

/** A rule that was proposed and is not there, and why. */
export interface ProposalLeftOut {
  readonly id: string;
  readonly reason: Text;
}

const schema: z.ZodType<ProposalLeftOut[]> = z.array(
  z.strictObject({ id: z.string().regex(/^[a-z0-9-]+$/), reason: lineInBoth(500) }),
);

/** What an auditor may look for and not find, from LEFT-OUT.yaml. Throws RuleInvalid. */
export function readLeftOut(): readonly ProposalLeftOut[] {
  const file = `${SHIPPED_RULES}/LEFT-OUT.yaml`;
  const read = readDocument(join(packageRoot(), file), file, schema);
  if (!read.ok) throw ruleInvalid(read.issues);
  return read.document.value;
}
