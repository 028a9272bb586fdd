import { z } from 'zod';

/** Only what a kubeconfig may have around its entries; the entries of a context are judged field by field (kubeconfig.ts). */
const entries = z
  .array(z.looseObject({ name: z.string() }))
  .max(10_000)
  .nullish();

export const KubeconfigShape = z.looseObject({
  apiVersion: z.literal('v1').optional(),
  kind: z.literal('Config').optional(),
  'current-context': z.string().nullish(),
  clusters: entries,
  users: entries,
  contexts: entries,
});

export type KubeconfigShape = z.infer<typeof KubeconfigShape>;
