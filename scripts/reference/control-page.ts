import type { IndexedCatalogue } from '../../operations/policy-reference';
import { relationText } from '../commands/policy-words';
import { markdownTable, page } from './markdown';
import { anchorOf, both } from './bilingual';

/** docs/reference/controls/<catalogue>.md: every control of a catalogue, with the rules that give evidence for it. */
export function controlPage({ catalogue, controls, coverage }: IndexedCatalogue): string {
  const graded = controls.some(({ control }) => control.grades !== undefined);
  const { total, supported, related } = coverage;
  return page([
    `# ${both(catalogue.title)}`,
    `${catalogue.version}. ${total} controls: ${supported} with evidence from rules, ${related} only related to one. A rule gives evidence for a technical part of a control, never for all of it.`,
    `${catalogue.version}. 통제 항목 ${total}개 중 규칙으로 증거를 제공하는 항목 ${supported}개, 관련 규칙만 있는 항목 ${related}개. 규칙은 통제 항목의 기술적인 일부에 대한 증거이며 전체에 대한 증거가 아닙니다.`,
    `Origin · 출처: ${catalogue.origin}. Licence · 이용 조건: ${catalogue.licence}.`,
    ...(catalogue.notes.length === 0 ? [] : [catalogue.notes.map((note) => `- ${both(note)}`).join('\n')]),
    markdownTable(
      ['Control · 통제 항목', 'Name · 이름', ...(graded ? ['Grades · 등급'] : []), 'Rules · 규칙'],
      controls.map(({ control, rules }) => [
        `<a id="${anchorOf(control.id)}"></a>${control.id}`,
        [control.name, ...(control.doubt === undefined ? [] : [control.doubt])].map(both).join('; '),
        ...(graded ? [control.grades ?? ''] : []),
        rules
          .map(({ rule, relation }) => {
            const link = `[${rule}](../rules/${rule}.md)`;
            return relation === 'supports' ? link : `${link} (${both(relationText(relation))})`;
          })
          .join(', '),
      ]),
    ),
  ]);
}
