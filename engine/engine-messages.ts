import { z } from 'zod';

const resourceState = z.object({
  custom: z.boolean().optional(),
  inputs: z
    .object({
      kind: z.string().optional(),
      metadata: z.object({ name: z.string().optional(), namespace: z.string().optional() }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  outputs: z.unknown().optional(),
});

const step = z.object({
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  old: resourceState.nullish(),
  new: resourceState.nullish(),
  detailedDiff: z.record(z.string(), z.unknown()).nullish(),
});
const withStep = z.object({ metadata: step });

/** What one line of the engine's event stream can say that matters here; whatever else it says is left unread. */
const message = z.object({
  resourcePreEvent: withStep.optional(),
  resOutputsEvent: withStep.optional(),
  resOpFailedEvent: withStep.optional(),
  diagnosticEvent: z
    .object({
      urn: z.string().optional(),
      message: z.string(),
      severity: z.string(),
      ephemeral: z.boolean().optional(),
    })
    .optional(),
  summaryEvent: z.object({ maybeCorrupt: z.boolean().optional(), result: z.string().optional() }).optional(),
});

export type EngineMessage = z.output<typeof message>;
export type Step = z.output<typeof step>;

/** Largest event that is read, in characters; the largest of a testbed is about 50,000. */
const MAX_EVENT = 16 * 1024 * 1024;

/** Reads one event; undefined for one that is too long or is not what this engine version writes. */
export function parseEngineMessage(json: string): EngineMessage | undefined {
  if (json.length > MAX_EVENT) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return undefined;
  }
  return message.safeParse(parsed).data;
}
