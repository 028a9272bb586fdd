import { text } from '../../errors';
import type { Rule } from '../../operations/policy-catalogue';
import { toned, type Cell, type Tone } from '../cli/view';
import { enforcementText, severityText } from './policy-words';

const SEVERITY_TONES: Readonly<Record<Rule['severity'], Tone>> = {
  critical: 'bad',
  high: 'warn',
  medium: 'strong',
  low: 'soft',
};

export const TITLES = {
  rule: text('RULE', '규칙'),
  severity: text('SEVERITY', '심각도'),
  open: text('OPEN', '공개'),
  sensitive: text('SENSITIVE', '민감'),
  points: text('POINTS', '판정 시점'),
  title: text('TITLE', '제목'),
};

export function severityCell(severity: Rule['severity']): Cell {
  return toned(SEVERITY_TONES[severity], severityText(severity));
}

/** In a table with a column a grade: `-` where the rule is not judged. */
export function enforcementCell(enforcement: Rule['enforcement']['open']): Cell {
  if (enforcement === 'off') return toned('soft', '-');
  return toned(enforcement === 'mandatory' ? 'strong' : 'warn', enforcementText(enforcement));
}
