import { text } from '../errors';
import type { Finding } from './issue';
import { quoted } from './visible';
import type { TreeNode } from './yaml-tree';

/** Plain words and figures that YAML 1.1 readers take for booleans, base 60 or grouped digits. */
const TRAPS = /^(?:y|yes|n|no|on|off|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+|[-+]?[0-9]+_[0-9_]+)$/i;

const DECIMAL = /^-?(?:0|[1-9][0-9]*)$/;

/**
 * Values that YAML versions read differently: what one tool shows as a word another takes for a boolean. They are refused so that
 * everybody who reads the file reads the same.
 */
export function yamlTraps(node: TreeNode, source: string, path: readonly PropertyKey[] = []): Finding[] {
  if (node.kind === 'list') return node.items.flatMap((item, index) => yamlTraps(item, source, [...path, index]));
  if (node.kind === 'map')
    return Array.from(node.entries).flatMap(([key, entry]) => yamlTraps(entry.node, source, [...path, key]));
  if (node.kind !== 'scalar' || !node.plain) return [];
  const { start, end, value } = node;
  if (typeof value === 'string' && TRAPS.test(value))
    return [
      {
        start,
        end,
        path,
        message: text(
          `${quoted(value)} without quotes is not text to every YAML reader: put it in quotes`,
          `${quoted(value)}: 따옴표가 없으면 YAML 프로그램에 따라 다르게 읽힙니다. 따옴표로 묶으십시오`,
        ),
      },
    ];
  const spelled = source.slice(start, end);
  if (typeof value === 'number' && Number.isSafeInteger(value) && !DECIMAL.test(spelled))
    return [
      {
        start,
        end,
        path,
        message: text(
          `${quoted(spelled)} is not the same number to every YAML reader: write ${value}`,
          `${quoted(spelled)}: YAML 프로그램에 따라 다른 수로 읽힙니다. 바른 표기: ${value}`,
        ),
      },
    ];
  return [];
}
