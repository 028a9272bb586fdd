import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isPresetName, judgeGrade, loadPreset, presetNames, presetText, renderSpec } from '../../spec';
import { packageRoot } from '../../package/root';
import { NOW } from './given';

const folder = join(packageRoot(), 'spec', 'presets');

describe('the presets', () => {
  test('are the files of their folder', () => {
    expect(readdirSync(folder).sort()).toEqual(presetNames.map((name) => `${name}.yaml`).sort());
  });

  test.each(presetNames)('%s is right today and in a hundred years', (name) => {
    for (const now of [NOW, new Date(), new Date('2126-12-31T23:59:59Z')]) {
      const result = loadPreset(name, { now });
      expect(result.ok ? judgeGrade(result.spec).ok : renderSpec(result, 'en')).toBe(true);
    }
  });

  test.each(presetNames)('%s ends 120 days after today', (name) => {
    const result = loadPreset(name, { now: NOW });
    expect(result.ok && result.spec.ends).toBe('2027-03-23');
  });

  test.each(presetNames)('%s keeps its comments, in both languages, and changes one line only', (name) => {
    const shipped = readFileSync(join(folder, `${name}.yaml`), 'utf8').split('\n');
    const written = presetText(name, { now: NOW }).split('\n');
    expect(written.filter((line, index) => line !== shipped[index])).toEqual(['ends: 2027-03-23']);
    expect(written.filter((line) => /^\s*#.*[가-힣]/.test(line)).length).toBeGreaterThan(0);
  });

  test('differ in what they are made of', () => {
    const parts = presetNames.map((name) => {
      const result = loadPreset(name, { now: NOW });
      if (!result.ok) throw new Error(name);
      return [name, result.spec.database !== undefined, result.spec.members.length, result.spec.network.egress.length];
    });
    expect(parts).toEqual([
      ['minimal', false, 1, 0],
      ['database', true, 1, 0],
      ['startup', true, 2, 1],
    ]);
  });

  test('are known by name and by no path', () => {
    expect(['startup', '../startup', 'startup.yaml', ''].map(isPresetName)).toEqual([true, false, false, false]);
  });
});
