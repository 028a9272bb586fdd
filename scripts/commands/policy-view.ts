import { text, type Text } from '../../errors';
import type { ListedRule } from '../../operations/policy-catalogue';
import { toned, type Cell, type Tone } from '../cli/view';

const SEVERITIES: Readonly<Record<ListedRule['severity'], readonly [Tone, Text]>> = {
  critical: ['bad', text('critical', '치명')],
  high: ['warn', text('high', '높음')],
  medium: ['strong', text('medium', '보통')],
  low: ['soft', text('low', '낮음')],
};

const ENFORCEMENTS: Readonly<Record<ListedRule['enforcement']['open'], readonly [Tone, Text]>> = {
  mandatory: ['strong', text('mandatory', '필수')],
  advisory: ['warn', text('advisory', '권고')],
  off: ['soft', text('-', '-')],
};

const POINTS: Readonly<Record<ListedRule['points'][number], Text>> = {
  plan: text('plan', '계획'),
  admission: text('admission', '승인'),
  audit: text('audit', '감사'),
};

export const TITLES = {
  rule: text('RULE', '규칙'),
  severity: text('SEVERITY', '심각도'),
  open: text('OPEN', '공개'),
  sensitive: text('SENSITIVE', '민감'),
  points: text('POINTS', '판정 시점'),
  title: text('TITLE', '제목'),
};

export function severityCell(severity: ListedRule['severity']): Cell {
  return toned(...SEVERITIES[severity]);
}

export function enforcementCell(enforcement: ListedRule['enforcement']['open']): Cell {
  return toned(...ENFORCEMENTS[enforcement]);
}

export function enforcementWords(enforcement: ListedRule['enforcement']['open']): Text {
  return ENFORCEMENTS[enforcement][1];
}

export function severityWords(severity: ListedRule['severity']): Text {
  return SEVERITIES[severity][1];
}

export function pointsWords(points: ListedRule['points']): Text {
  return text(points.map((point) => POINTS[point].en).join(', '), points.map((point) => POINTS[point].ko).join(', '));
}
