import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../package/root';
import type { JudgedObject } from '../../policies/evaluation';
import { judgedObject } from '../../policies/lint/judged-json';

const LEVELS = ['baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof LEVELS)[number];

const table = z.strictObject({
  version: z.literal('v1.34'),
  checks: z.array(z.strictObject({ check: z.string(), level: z.enum(LEVELS), rules: z.array(z.string()).min(1) })),
});

export type PodSecurityCheck = z.infer<typeof table>['checks'][number];

/** A pod of the public corpus (test/fixtures/pod-security-v1.34) and what Kubernetes says of it at one level. */
export interface PodSecurityFixture {
  readonly name: string;
  readonly level: PodSecurityLevel;
  readonly passes: boolean;
  /** The check that its file is named after, in small letters; `base`, `base_linux` and `base_windows` are none. */
  readonly check: string;
  readonly pod: JudgedObject;
}

/** Which rules stand for which check of the Pod Security Standards. */
export function podSecurityChecks(): readonly PodSecurityCheck[] {
  const file = join(packageRoot(), 'policies/catalogue/pod-security.yaml');
  return table.parse(parse(readFileSync(file, 'utf8'))).checks;
}

/** The rules that judge a pod at a level: `restricted` asks for all that `baseline` asks for. */
export function rulesAtLevel(level: PodSecurityLevel): ReadonlySet<string> {
  const checks = podSecurityChecks().filter((check) => level === 'restricted' || check.level === 'baseline');
  return new Set(checks.flatMap(({ rules }) => rules));
}

export function podSecurityFixtures(): readonly PodSecurityFixture[] {
  return LEVELS.flatMap((level) =>
    ['pass', 'fail'].flatMap((verdict) => {
      const folder = join(packageRoot(), 'test/fixtures/pod-security-v1.34', level, 'v1.34', verdict);
      return readdirSync(folder).map((file) => {
        const pod = judgedObject(parse(readFileSync(join(folder, file), 'utf8')));
        if (pod === undefined) throw new Error(`${file} holds no object`);
        const check = file.replace(/[0-9]*\.yaml$/, '');
        return { name: `${level}/${verdict}/${file}`, level, passes: verdict === 'pass', check, pod };
      });
    }),
  );
}
