import { text, type Text } from '../../errors';
import { visible } from '../../spec/visible';
import type { Judgee, Result } from './types';

/** `Deployment tb-x7k2p9/web`, as reports and refusals name an object. */
export function nameJudgee({ kind, namespace, name }: Judgee): string {
  return visible(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
}

/** One result on one line: rule, object, what was found and what mends it; of an unknown or failed judgement, why. */
export function resultLine(result: Result): Text {
  const { en, ko } = resultText(result);
  return text(`${result.rule.id}: ${en}`, `${result.rule.id}: ${ko}`);
}

/** The same without the rule's id, for where it stands beside. */
export function resultText({ rule, about, verdict, finding, reason }: Result): Text {
  const where = nameJudgee(about);
  switch (verdict) {
    case 'pass':
      return text(`${where}: passed`, `${where}: 통과`);
    case 'fail': {
      const found = finding === undefined || finding === '' ? '' : `: ${visible(finding)}`;
      return text(`${where}${found} - ${rule.message.en}`, `${where}${found} - ${rule.message.ko}`);
    }
    case 'exempt':
      return text(`${where}: exempt, ${visible(reason ?? '')}`, `${where}: 예외 적용, ${visible(reason ?? '')}`);
    case 'unknown':
      return text(
        `${where}: known only after creation (${visible(reason ?? '')})`,
        `${where}: 생성된 뒤에야 알 수 있습니다(${visible(reason ?? '')})`,
      );
    case 'error':
      return text(
        `${where}: could not be judged: ${visible(reason ?? '')}`,
        `${where}: 판정할 수 없습니다. ${visible(reason ?? '')}`,
      );
  }
}
