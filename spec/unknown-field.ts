import { text, type Text } from '../errors';
import { nearest } from './nearest';
import { quoted } from './visible';

/** What is said of a field that no schema knows, with the one that may have been meant. */
export function unknownField(key: string, fields: readonly string[]): Text {
  const guess = nearest(key, fields);
  return guess === undefined
    ? text(`there is no field ${quoted(key)} here: take it out`, `여기에 없는 필드입니다(${quoted(key)}). 빼십시오`)
    : text(
        `there is no field ${quoted(key)} here: did you mean '${guess}'?`,
        `여기에 없는 필드입니다(${quoted(key)}). 혹시 '${guess}'입니까?`,
      );
}
