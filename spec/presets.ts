import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package/root';
import { addDays, dateAt } from './calendar';
import { loadSpec, type LoadOptions, type LoadResult } from './load';

/** The shipped examples, from the smallest on. */
export const presetNames = ['minimal', 'database', 'startup'] as const;

export type PresetName = (typeof presetNames)[number];

/** The line of a preset that becomes a date, so that a shipped file never grows too old to be used. */
const ENDS = /^ends: today \+ ([0-9]{1,3}) days$/m;

export function isPresetName(name: string): name is PresetName {
  return presetNames.some((preset) => preset === name);
}

/** A preset as testbed.yaml: its comments kept, `ends` counted from the day that it is at `now`. */
export function presetText(name: PresetName, { now, offsetMinutes }: LoadOptions): string {
  const text = readFileSync(join(packageRoot(), 'spec', 'presets', `${name}.yaml`), 'utf8');
  if (!ENDS.test(text)) throw new Error(`the preset ${name} has no line 'ends: today + N days'`);
  return text.replace(ENDS, (_, days: string) => `ends: ${addDays(dateAt(now, offsetMinutes), Number(days))}`);
}

/** A preset, judged like any other spec. */
export function loadPreset(name: PresetName, options: LoadOptions): LoadResult {
  return loadSpec({ file: `preset ${name}`, text: presetText(name, options) }, options);
}
