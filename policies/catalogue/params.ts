import { text, type Text } from '../../errors';
import { quoted } from '../../spec/visible';
import type { Param, Rule } from '../rule';

/** A parameter's value as files give it. */
export type ParamValue = string | number | readonly string[];

/** As CEL sees it: text; a list stands there one item a line, so that an empty list is the empty text. */
export function paramText(value: ParamValue): string {
  return typeof value === 'object' ? value.join('\n') : String(value);
}

/** `image-registry-allowlist.registries` */
export function paramKey(rule: Pick<Rule, 'id'>, name: string): string {
  return `${rule.id}.${name}`;
}

/** What is wrong with a value for a parameter; undefined means that nothing is. */
export function paramComplaint(param: Pick<Param, 'name' | 'type'>, value: ParamValue): Text | undefined {
  const given = paramText(value);
  switch (param.type) {
    case 'integer':
      return /^-?(?:0|[1-9][0-9]{0,14})$/.test(given)
        ? undefined
        : text(`${quoted(given)} is not a whole number`, `${quoted(given)}: 정수가 아닙니다`);
    case 'text':
      return typeof value === 'object' || /[\r\n]/.test(given)
        ? text(
            `'${param.name}' takes one line of text, not a list`,
            `'${param.name}'에는 목록이 아니라 한 줄의 문자열을 쓰십시오`,
          )
        : undefined;
    case 'list': {
      if (typeof value !== 'object')
        return text(`'${param.name}' takes a list of texts`, `'${param.name}'에는 문자열 목록을 쓰십시오`);
      const unfit = value.find((item) => item.trim() === '' || /[\r\n]/.test(item));
      // An empty item of an allow-list would begin every name.
      return unfit === undefined
        ? undefined
        : text(
            `'${param.name}' takes texts of one line that are not empty, and ${quoted(unfit)} is none`,
            `'${param.name}'에는 비어 있지 않은 한 줄 문자열만 쓰십시오(${quoted(unfit)})`,
          );
    }
  }
}

/** Every parameter of `rules` with its default, by full key. */
export function defaultParams(rules: readonly Rule[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rules.flatMap((rule) => rule.params.map((param) => [paramKey(rule, param.name), param.default])),
  );
}
