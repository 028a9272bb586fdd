import { text } from '../../errors';
import { quoted } from '../../spec/visible';
import type { RuleFile } from '../catalogue/rule-file';
import type { ControlCatalogue } from '../controls/catalogues';
import { findControl } from '../controls/control-index';
import { inRule, type LintFinding } from './finding';

/** The mappings of a rule: each names a control that is there, and supports only what was verified. */
export function lintMappings(file: RuleFile, catalogues: readonly ControlCatalogue[]): LintFinding[] {
  return file.rule.mappings.flatMap((mapping, index): LintFinding[] => {
    const { catalogue, control, relation } = mapping;
    const complaint = (field: string, en: string, ko: string): LintFinding[] => [
      inRule(file, 'control', ['mappings', index, field], text(en, ko)),
    ];
    if (!catalogues.some(({ key }) => key === catalogue)) {
      const keys = catalogues.map(({ key }) => key).join(', ');
      return complaint(
        'catalogue',
        `there is no control catalogue ${quoted(catalogue)}: the catalogues are ${keys}`,
        `없는 통제 목록입니다(${quoted(catalogue)}). 쓸 수 있는 목록: ${keys}`,
      );
    }
    const found = findControl(catalogues, mapping);
    if (found === undefined)
      return complaint(
        'control',
        `${catalogue} has no control ${quoted(control)}: correct it or leave it out`,
        `${catalogue}에 없는 통제 항목입니다(${quoted(control)}). 고치거나 빼십시오`,
      );
    if (found.status === 'unverified')
      return complaint(
        'control',
        `${catalogue} ${control} could not be verified: leave it out`,
        `${catalogue} ${control}은(는) 확인되지 않은 항목입니다. 빼십시오`,
      );
    if (found.status === 'secondary' && relation === 'supports')
      return complaint(
        'relation',
        `${catalogue} ${control} rests on secondary sources: say related`,
        `${catalogue} ${control}은(는) 2차 자료에 근거한 항목입니다. related로 쓰십시오`,
      );
    return [];
  });
}
