import { text, type Text } from '../../errors';
import { quoted } from '../../spec/visible';
import { isConnected, isConnectedKind } from '../catalogue/kinds';
import type { RuleFile } from '../catalogue/rule-file';
import type { Fixture, Rule } from '../rule';
import { inRule, type LintCode, type LintFinding } from './finding';

/** What judging one fixture came to. */
export interface FixtureJudgement {
  readonly verdict: string;
  readonly finding?: string | undefined;
  /** Why it could not be judged. */
  readonly reason?: string | undefined;
}

/** Judges a fixture of a rule with the rule's own params. */
export type JudgeFixture = (rule: Rule, fixture: Fixture) => FixtureJudgement;

/** Fixtures: each has its own name and an object that the rule looks at. */
export function lintFixtures(file: RuleFile): LintFinding[] {
  const { rule, fixtures } = file;
  const names = new Set<string>();
  return (['pass', 'fail'] as const).flatMap((side) =>
    fixtures[side].flatMap((fixture, index): LintFinding[] => {
      const found: LintFinding[] = [];
      const path = ['fixtures', side, index];
      if (names.has(fixture.name))
        found.push(
          inRule(
            file,
            'fixture',
            [...path, 'name'],
            text(
              `there is a fixture ${quoted(fixture.name)} already: choose another name`,
              `같은 이름의 예시가 이미 있습니다(${quoted(fixture.name)}). 다른 이름을 쓰십시오`,
            ),
          ),
        );
      names.add(fixture.name);
      if (!looksAt(rule, fixture.object) && !isOtherConnection(rule, fixture.object))
        found.push(
          inRule(
            file,
            'fixture',
            [...path, 'object'],
            text(
              `the rule does not look at this object (${kindOf(fixture.object)}): give one that it matches`,
              `규칙이 다루지 않는 객체입니다(${kindOf(fixture.object)}). match에 있는 종류로 쓰십시오`,
            ),
          ),
        );
      for (const key of Object.keys(fixture.params ?? {}))
        if (!rule.params.some(({ name }) => key === `${rule.id}.${name}`))
          found.push(
            inRule(
              file,
              'param',
              [...path, 'params'],
              text(
                `the rule has no parameter ${quoted(key)}: declare it or take it out`,
                `규칙에 없는 매개변수입니다(${quoted(key)}). 선언하거나 빼십시오`,
              ),
            ),
          );
      return found;
    }),
  );
}

/** Whether fixtures are judged as they say, failing ones with exactly their finding. */
export function lintVerdicts(file: RuleFile, judge: JudgeFixture): LintFinding[] {
  const { rule, fixtures } = file;
  const at = (code: LintCode, path: readonly PropertyKey[], message: Text): LintFinding =>
    inRule(file, code, path, message);
  return (['pass', 'fail'] as const).flatMap((side) =>
    fixtures[side].flatMap((fixture, index): LintFinding[] => {
      const wrong = fixtureComplaint(side, fixture, judge(rule, fixture));
      return wrong === undefined ? [] : [at(wrong.code, ['fixtures', side, index], wrong.message)];
    }),
  );
}

/** What is wrong with how a fixture was judged; undefined means that nothing is. */
export function fixtureComplaint(
  side: 'pass' | 'fail',
  fixture: Fixture,
  judged: FixtureJudgement,
): { readonly code: 'verdict' | 'finding'; readonly message: Text } | undefined {
  if (judged.verdict !== side) {
    const why = judged.reason ?? judged.finding;
    const detail = why === undefined ? '' : `: ${why}`;
    return {
      code: 'verdict',
      message: text(
        `the fixture ${quoted(fixture.name)} should ${side}, and the verdict is ${judged.verdict}${detail}`,
        `예시 ${quoted(fixture.name)}의 판정은 ${side}여야 하는데 ${judged.verdict}입니다${detail}`,
      ),
    };
  }
  if (side === 'pass' || judged.finding === fixture.finding) return undefined;
  return {
    code: 'finding',
    message: text(
      `the fixture ${quoted(fixture.name)} fails with '${judged.finding ?? ''}', and says '${fixture.finding ?? ''}'`,
      `예시 ${quoted(fixture.name)}의 결과는 '${judged.finding ?? ''}'인데 예시에는 '${fixture.finding ?? ''}'로 쓰여 있습니다`,
    ),
  };
}

/** Whether a rule matches the kind of an object; objects without a kind are resources of Pulumi. */
export function looksAt(rule: Pick<Rule, 'match'>, object: unknown): boolean {
  if (typeof object !== 'object' || object === null) return false;
  const apiVersion = 'apiVersion' in object ? object.apiVersion : undefined;
  const kind = 'kind' in object ? object.kind : undefined;
  return rule.match.some((matched) =>
    matched.type === 'pulumi'
      ? apiVersion === undefined
      : kind === matched.kind &&
        apiVersion === (matched.group === '' ? matched.version : `${matched.group}/${matched.version}`),
  );
}

/** A rule that refuses a connection altogether has only others to let through. */
function isOtherConnection(rule: Pick<Rule, 'match'>, object: unknown): boolean {
  return (
    rule.match.every(isConnected) &&
    typeof object === 'object' &&
    object !== null &&
    'kind' in object &&
    isConnectedKind(object.kind)
  );
}

/** `apps/v1 Deployment` */
export function kindOf(object: unknown): string {
  if (typeof object !== 'object' || object === null) return 'no object';
  const apiVersion = 'apiVersion' in object && typeof object.apiVersion === 'string' ? object.apiVersion : '-';
  const kind = 'kind' in object && typeof object.kind === 'string' ? object.kind : '-';
  return quoted(`${apiVersion} ${kind}`);
}
