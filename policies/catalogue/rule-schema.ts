import { z } from 'zod';
import { GRADES } from '../../components/vocabulary';
import { text } from '../../errors';
import { complain, judgedBy } from '../../spec/complaint';
import { quoted } from '../../spec/visible';
import { CATALOGUE_LIMITS as LIMITS } from './limits';
import { isConnected, readMatch } from './kinds';
import { paramComplaint } from './params';
import { celText, lineInBoth, matching, oneLine } from './texts';

/** `pod-no-privileged`: also the name of a variable in the API server, with `_` for `-`. */
export const RULE_ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** The name of a parameter: `registries`. */
const PARAM_NAME = /^[a-z][A-Za-z0-9]{0,39}$/;

const idText = matching(
  RULE_ID,
  text('an id: small letters, digits and single dashes', '소문자, 숫자, 하이픈으로 된 식별자'),
);

const enforcement = z.enum(['mandatory', 'advisory', 'off']);

/** A parameter's value as files give it; a list stands in CEL one item a line. */
export const paramValue = z.union([
  z.string().max(LIMITS.paramValue),
  z.int(),
  z.array(z.string().max(LIMITS.paramValue)).max(200),
]);

const param = z.strictObject({
  type: z.enum(['text', 'list', 'integer']),
  default: paramValue,
  description: lineInBoth(LIMITS.description),
});

const mapping = z.strictObject({
  catalogue: matching(RULE_ID, text('the key of a control catalogue, such as n2sf', '통제 목록의 키(예: n2sf)')),
  control: oneLine(60),
  relation: z.enum(['supports', 'related']),
});

const judgedObject = z.record(z.string(), z.unknown());

const fixture = {
  name: oneLine(LIMITS.fixtureName),
  object: judgedObject,
  objects: z.array(judgedObject).max(200).optional(),
  params: z.record(z.string(), paramValue).optional(),
};

const fixtures = z.strictObject({
  pass: z.array(z.strictObject(fixture)).min(1).max(LIMITS.fixtures),
  fail: z
    .array(z.strictObject({ ...fixture, finding: oneLine(LIMITS.finding) }))
    .min(1)
    .max(LIMITS.fixtures),
});

const match = oneLine(120).superRefine(
  judgedBy((word: string) => {
    const read = readMatch(word);
    return read.ok ? undefined : read.why;
  }),
);

/** A rule file. What it says is in docs/adr/0007; the loader turns it into a Rule. */
export const ruleSchema = z
  .strictObject({
    id: idText.pipe(oneLine(LIMITS.id)),
    scope: z.enum(['object', 'set', 'cluster']),
    points: z.array(z.enum(['plan', 'admission', 'audit'])).min(1),
    title: lineInBoth(LIMITS.title),
    message: lineInBoth(LIMITS.message),
    severity: z.enum(['critical', 'high', 'medium', 'low']),
    enforcement: z.strictObject({ [GRADES[0]]: enforcement, [GRADES[1]]: enforcement }),
    match: z.array(match).min(1).max(LIMITS.match),
    operations: z
      .array(z.enum(['CREATE', 'UPDATE', 'CONNECT']))
      .min(1)
      .optional(),
    params: z
      .record(
        matching(PARAM_NAME, text('the name of a parameter, such as registries', '매개변수 이름(예: registries)')),
        param,
      )
      .optional(),
    expression: celText(LIMITS.expression),
    finding: celText(LIMITS.expression),
    exemptible: z.boolean().optional(),
    since: matching(
      /^1\.(?:2[6-9]|[3-9][0-9])$/,
      text("a Kubernetes minor, such as '1.30'", "쿠버네티스 마이너 버전(예: '1.30')"),
    ),
    mappings: z.array(mapping).max(LIMITS.mappings),
    uncertain: lineInBoth(LIMITS.uncertain).optional(),
    fixtures,
  })
  .superRefine((rule, context) => {
    const twice = (values: readonly string[], path: string): void => {
      const at = values.findIndex((value, index) => values.indexOf(value) !== index);
      if (at < 0) return;
      const value = quoted(values[at] ?? '');
      complain(context, text(`${value} stands here twice: keep one`, `${value}: 두 번 쓰였습니다. 하나만 남기십시오`), [
        path,
        at,
      ]);
    };
    for (const [name, { type, default: value }] of Object.entries(rule.params ?? {})) {
      const complaint = paramComplaint({ name, type }, value);
      if (complaint !== undefined) complain(context, complaint, ['params', name, 'default']);
    }
    twice(rule.points, 'points');
    twice(rule.match, 'match');
    twice(
      rule.mappings.map(({ catalogue, control }) => `${catalogue} ${control}`),
      'mappings',
    );
    if (rule.scope !== 'object' && rule.points.includes('admission'))
      complain(
        context,
        text(
          `a rule of scope ${rule.scope} is not judged at admission: take 'admission' out`,
          `범위가 ${rule.scope}인 규칙은 승인 단계에서 판정하지 않습니다. 'admission'을 빼십시오`,
        ),
        ['points'],
      );
    if (rule.params !== undefined && Object.keys(rule.params).length > LIMITS.params)
      complain(
        context,
        text(`a rule has at most ${LIMITS.params} parameters`, `규칙의 매개변수는 ${LIMITS.params}개까지입니다`),
        ['params'],
      );
    const matched = rule.match.flatMap((word) => {
      const read = readMatch(word);
      return read.ok ? read.matched : [];
    });
    if (matched.some(isConnected) && !(matched.every(isConnected) && rule.operations?.join() === 'CONNECT'))
      complain(
        context,
        text(
          'a rule about a connection looks at nothing else: give it only such kinds, and operations: [CONNECT]',
          '연결에 관한 규칙은 다른 종류를 함께 다룰 수 없습니다. 그런 종류만 쓰고 operations: [CONNECT]로 지정하십시오',
        ),
        ['match'],
      );
    else if (matched.some(isConnected) && rule.points.join() !== 'admission')
      complain(
        context,
        text(
          'a connection is seen at admission only: write points: [admission]',
          '연결은 승인 단계에서만 보입니다. points: [admission]으로 쓰십시오',
        ),
        ['points'],
      );
    if (matched.length > 0 && matched.every(({ type }) => type === 'pulumi') && rule.points.join() !== 'plan')
      complain(
        context,
        text(
          'Pulumi resources are seen at plan only: write points: [plan]',
          'Pulumi 리소스는 계획 단계에서만 보입니다. points: [plan]으로 쓰십시오',
        ),
        ['points'],
      );
  });

export type RuleDocument = z.infer<typeof ruleSchema>;
