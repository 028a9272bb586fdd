import {
  AnalyzerInfo,
  EnforcementLevel,
  PolicyConfigSchema,
  PolicyInfo,
  PolicySeverity,
  PolicyType,
} from '@pulumi/pulumi/proto/analyzer_pb';
import { Struct, type JavaScriptValue } from 'google-protobuf/google/protobuf/struct_pb';
import { GRADES, type Grade } from '../../components/vocabulary';
import type { Text } from '../../errors';
import type { Catalogue } from '../catalogue/load';
import type { Enforcement, Mapping, Param, Rule, Severity } from '../rule';

/** Name of the pack, as findings bear it. */
export const PACK = 'testbed-baseline';

/** What stands for no rule: the settings of the pack as a whole. */
export const SETTINGS = 'testbed-settings';

export const LEVELS: Readonly<Record<Enforcement, EnforcementLevel>> = {
  mandatory: EnforcementLevel.MANDATORY,
  advisory: EnforcementLevel.ADVISORY,
  off: EnforcementLevel.DISABLED,
};

export const SEVERITIES: Readonly<Record<Severity, PolicySeverity>> = {
  critical: PolicySeverity.POLICY_SEVERITY_CRITICAL,
  high: PolicySeverity.POLICY_SEVERITY_HIGH,
  medium: PolicySeverity.POLICY_SEVERITY_MEDIUM,
  low: PolicySeverity.POLICY_SEVERITY_LOW,
};

/** The rules that are judged at plan: all that a pack has. */
export function packRules(catalogue: Catalogue): readonly Rule[] {
  return catalogue.rules.filter(({ points, scope }) => points.includes('plan') && scope !== 'cluster');
}

/** What the pack says of itself and of every rule; levels are those of `grade`. */
export function packInfo(catalogue: Catalogue, grade: Grade, version: string): AnalyzerInfo {
  const info = new AnalyzerInfo();
  info.setName(PACK);
  info.setDisplayname('Testbed baseline / 테스트베드 기준선');
  info.setDescription(
    bothOf({
      en: 'a public-sector baseline for Kubernetes and Docker resources, by N2SF grade',
      ko: 'N2SF 등급에 따른 공공 부문 쿠버네티스·도커 리소스 기준선',
    }),
  );
  info.setVersion(version);
  info.setSupportsconfig(true);
  info.setPoliciesList([settingsInfo(), ...packRules(catalogue).map((rule) => ruleInfo(rule, grade))]);
  return info;
}

/** Both languages in one text: what runs the pack passes no language on. */
export function bothOf({ en, ko }: Text): string {
  return `${en} / ${ko}`;
}

function ruleInfo(rule: Rule, grade: Grade): PolicyInfo {
  const info = new PolicyInfo();
  info.setName(rule.id);
  info.setDisplayname(bothOf(rule.title));
  info.setDescription(bothOf(rule.title));
  info.setMessage(bothOf(rule.message));
  info.setRemediationSteps(bothOf(rule.message));
  info.setEnforcementlevel(LEVELS[rule.enforcement[grade]]);
  info.setSeverity(SEVERITIES[rule.severity]);
  info.setPolicyType(rule.scope === 'set' ? PolicyType.POLICY_TYPE_STACK : PolicyType.POLICY_TYPE_RESOURCE);
  info.setTagsList(rule.mappings.map(tagOf));
  info.setConfigschema(schemaOf(Object.fromEntries(rule.params.map((param) => [param.name, paramSchema(param)]))));
  return info;
}

/** `isms-p 2.10.2`; with `(related)` where the rule checks no part of the control itself. */
function tagOf({ catalogue, control, relation }: Mapping): string {
  return `${catalogue} ${control}${relation === 'related' ? ' (related)' : ''}`;
}

function settingsInfo(): PolicyInfo {
  const info = new PolicyInfo();
  info.setName(SETTINGS);
  info.setDisplayname('Settings of the pack / 정책 팩 설정');
  info.setDescription(
    bothOf({
      en: 'no rule: the grade of what bears none, and the folder of a site’s own rules',
      ko: '규칙이 아닙니다. 등급이 없는 리소스의 등급과 사이트 자체 규칙 폴더를 정합니다',
    }),
  );
  info.setEnforcementlevel(EnforcementLevel.DISABLED);
  info.setPolicyType(PolicyType.POLICY_TYPE_RESOURCE);
  info.setConfigschema(
    schemaOf({
      grade: { type: 'string', enum: [...GRADES] },
      rules: { type: 'string', description: 'absolute path / 절대 경로' },
    }),
  );
  return info;
}

/** Without `default`: the CLI would send it back as if somebody had chosen it, and hide what the baseline of a grade says. */
function paramSchema({ type, description }: Param): JavaScriptValue {
  const described = { description: bothOf(description) };
  switch (type) {
    case 'text':
      return { type: 'string', ...described };
    case 'integer':
      return { type: 'integer', ...described };
    case 'list':
      return { type: 'array', items: { type: 'string' }, ...described };
  }
}

function schemaOf(properties: { readonly [name: string]: JavaScriptValue }): PolicyConfigSchema {
  const schema = new PolicyConfigSchema();
  schema.setProperties(Struct.fromJavaScript(properties));
  return schema;
}
