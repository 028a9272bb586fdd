import { verbatim, type Text } from '../../errors';
import type { Rule } from '../../operations/policy-catalogue';

const SEVERITIES: Readonly<Record<Rule['severity'], Text>> = {
  critical: { en: 'critical', ko: '치명' },
  high: { en: 'high', ko: '높음' },
  medium: { en: 'medium', ko: '보통' },
  low: { en: 'low', ko: '낮음' },
};

const ENFORCEMENTS: Readonly<Record<Rule['enforcement']['open'], Text>> = {
  mandatory: { en: 'mandatory', ko: '필수' },
  advisory: { en: 'advisory', ko: '권고' },
  off: { en: 'not judged', ko: '판정 안 함' },
};

const POINTS: Readonly<Record<Rule['points'][number], Text>> = {
  plan: { en: 'plan', ko: '계획' },
  admission: { en: 'admission', ko: '승인' },
  audit: { en: 'audit', ko: '감사' },
};

const RELATIONS: Readonly<Record<Rule['mappings'][number]['relation'], Text>> = {
  supports: { en: 'evidence for a part', ko: '일부에 대한 증거' },
  related: { en: 'related', ko: '관련' },
};

export function severityText(severity: Rule['severity']): Text {
  return SEVERITIES[severity];
}

export function enforcementText(enforcement: Rule['enforcement']['open']): Text {
  return ENFORCEMENTS[enforcement];
}

export function relationText(relation: Rule['mappings'][number]['relation']): Text {
  return RELATIONS[relation];
}

/** `plan, admission` */
export function pointsText(points: Rule['points']): Text {
  return {
    en: points.map((point) => POINTS[point].en).join(', '),
    ko: points.map((point) => POINTS[point].ko).join(', '),
  };
}

/** Kinds by group and name, the type of a Pulumi resource as it is. */
export function kindsText(match: Rule['match']): Text {
  return verbatim(
    match
      .map((matched) => {
        if (matched.type === 'pulumi') return matched.token;
        return matched.group === '' ? matched.kind : `${matched.group}/${matched.kind}`;
      })
      .join(', '),
  );
}
