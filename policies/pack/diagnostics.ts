import {
  AnalyzeDiagnostic,
  AnalyzeResponse,
  EnforcementLevel,
  PolicyNotApplicable,
} from '@pulumi/pulumi/proto/analyzer_pb';
import { visible } from '../../spec/visible';
import { nameJudgee, resultText } from '../judge/report';
import type { Result } from '../judge/types';
import type { Rule } from '../rule';
import { bothOf, LEVELS, PACK, SEVERITIES } from './pack-info';
import type { PackJudgement } from './pack-judge';

/** The answer to the engine: what was found, and which of `rules` have nothing to say here, so that nobody counts them as passed. */
export function answerOf({ results, looked }: PackJudgement, rules: readonly Rule[], version: string): AnalyzeResponse {
  const answer = new AnalyzeResponse();
  answer.setDiagnosticsList(results.map((result) => diagnosticOf(result, version)));
  answer.setNotApplicableList(notApplicable(rules.filter(({ id }) => !looked.has(id))));
  return answer;
}

export function notApplicable(rules: readonly Rule[]): PolicyNotApplicable[] {
  return rules.map(({ id }) => {
    const told = new PolicyNotApplicable();
    told.setPolicyName(id);
    return told;
  });
}

function diagnosticOf(result: Result, version: string): AnalyzeDiagnostic {
  const { rule, enforcement, verdict, about } = result;
  const diagnostic = new AnalyzeDiagnostic();
  diagnostic.setPolicyname(rule.id);
  diagnostic.setPolicypackname(PACK);
  diagnostic.setPolicypackversion(version);
  diagnostic.setDescription(bothOf(rule.title));
  diagnostic.setMessage(messageOf(result));
  // What is not known yet refuses nothing: the cluster's admission decides it.
  diagnostic.setEnforcementlevel(verdict === 'unknown' ? EnforcementLevel.ADVISORY : LEVELS[enforcement]);
  diagnostic.setSeverity(SEVERITIES[rule.severity]);
  diagnostic.setUrn(about.urn ?? '');
  return diagnostic;
}

/** What was found on a line of its own, since it is the same in every language; the CLI itself names the rule and the resource. */
function messageOf(result: Result): string {
  const { rule, verdict, about, finding = '' } = result;
  const { en, ko } = verdict === 'fail' ? rule.message : resultText(result);
  if (verdict !== 'fail') return `${en}\n${ko}`;
  return `${nameJudgee(about)}${finding === '' ? '' : `: ${visible(finding)}`}\n${en}\n${ko}`;
}
