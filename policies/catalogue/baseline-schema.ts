import { z } from 'zod';
import { GRADES } from '../../components/vocabulary';
import { text } from '../../errors';
import { CATALOGUE_LIMITS as LIMITS } from './limits';
import { paramValue, RULE_ID } from './rule-schema';
import { lineInBoth, matching } from './texts';

const id = matching(
  RULE_ID,
  text('an id: small letters, digits and single dashes', '소문자, 숫자, 하이픈으로 된 식별자'),
);

/** A baseline: rules by id, how they are enforced and with which params. */
export const baselineSchema = z.strictObject({
  id,
  title: lineInBoth(LIMITS.title),
  /** The grade at which it is in force. */
  grade: z.enum(GRADES).optional(),
  /** The baseline that it begins with. */
  extends: id.optional(),
  rules: z
    .array(
      z.strictObject({
        id,
        enforcement: z.enum(['mandatory', 'advisory', 'off']).optional(),
        params: z.record(z.string(), paramValue).optional(),
      }),
    )
    .max(LIMITS.baselineRules)
    .default([]),
});

export type BaselineDocument = z.infer<typeof baselineSchema>;
