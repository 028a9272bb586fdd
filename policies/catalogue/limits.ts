/** The bounds of a catalogue, in one place. Lengths are UTF-16 units. */
export const CATALOGUE_LIMITS = {
  /** A rule file, in bytes; fixtures are most of it. */
  fileBytes: 256 * 1024,
  /** Files of one folder of rules. */
  files: 500,
  depth: 32,
  nodes: 20_000,
  /** Problems that one answer lists; the rest are counted. */
  issues: 50,
  id: 63,
  title: 100,
  message: 400,
  description: 300,
  uncertain: 600,
  expression: 6000,
  match: 40,
  params: 10,
  paramValue: 4096,
  mappings: 40,
  fixtures: 40,
  fixtureName: 120,
  finding: 1000,
  baselineRules: 500,
} as const;
