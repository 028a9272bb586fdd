import { z } from 'zod';
import { specSchema } from './schema';

/**
 * The JSON Schema (draft 2020-12) of testbed.yaml, for editors. It says what a file may hold before defaults; what only a program can
 * judge (dates ahead, ranges that overlap, who is whom) is in the descriptions. Written to spec/testbed.schema.json.
 */
export function specJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(specSchema, { io: 'input', target: 'draft-2020-12' }) };
}

/** The same as the text of the committed file. */
export function specJsonSchemaText(): string {
  return `${JSON.stringify(specJsonSchema(), null, 2)}\n`;
}
