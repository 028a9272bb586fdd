import { LineCounter, isAlias, isNode, parseDocument, visit, type Document } from 'yaml';
import { TestbedError, text, type Text } from '../errors';

const LARGEST = 1024 * 1024;
const DEEPEST = 40;

/** A kubeconfig as plain data, with the lines its parts stand on. */
export interface KubeconfigDocument {
  readonly data: unknown;
  /** Line of the value at a path, from 1; undefined when it is not there. */
  lineOf(path: readonly (string | number)[]): number | undefined;
}

/** The error that lists everything that was refused in a kubeconfig. Never quotes values: they may be secrets. */
export function kubeconfigRefused(file: string, why: Text, details: readonly Text[] = [], hint?: Text): TestbedError {
  return new TestbedError(
    'KubeconfigRefused',
    text(`the kubeconfig ${file} is refused: ${why.en}`, `kubeconfig ${file}을(를) 사용할 수 없습니다: ${why.ko}`),
    { details, ...(hint === undefined ? {} : { hint }) },
  );
}

/** One YAML or JSON document of at most 1 MiB: no aliases, no tags of its own, no duplicate keys, at most 40 levels. Throws KubeconfigRefused. */
export function parseKubeconfigDocument(source: string, file: string): KubeconfigDocument {
  if (Buffer.byteLength(source) > LARGEST)
    throw kubeconfigRefused(file, text('it is larger than 1 MiB', '크기가 1 MiB를 넘습니다'));
  // The parser calls itself for every level, so that a deep file is refused before it is parsed.
  if (deepestFlow(source) > DEEPEST)
    throw kubeconfigRefused(
      file,
      text(`it is nested deeper than ${DEEPEST} levels`, `중첩이 ${DEEPEST}단계를 넘습니다`),
    );
  const lines = new LineCounter();
  const document = parsed(source, file, lines);
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    const { line } = lines.linePos(problem.pos[0]);
    throw kubeconfigRefused(
      file,
      text(
        `line ${line} is not valid YAML (${problem.code})`,
        `${line}번째 줄이 올바른 YAML이 아닙니다 (${problem.code})`,
      ),
    );
  }
  refuseAliases(document, file);
  return {
    data: document.toJS({ maxAliasCount: 0 }) as unknown,
    lineOf(path) {
      const node: unknown = document.getIn(path, true);
      return isNode(node) && node.range ? lines.linePos(node.range[0]).line : undefined;
    },
  };
}

function parsed(source: string, file: string, lineCounter: LineCounter): Document {
  try {
    // At the level `silent` a second document would pass unnoticed.
    return parseDocument(source, {
      lineCounter,
      version: '1.2',
      schema: 'core',
      logLevel: 'error',
      prettyErrors: false,
    });
  } catch (cause) {
    // The parser is not expected to throw; what it says may quote the file, so only its kind is kept.
    const kind = cause instanceof Error ? cause.name : 'unknown';
    throw kubeconfigRefused(file, text(`it cannot be parsed (${kind})`, `구문을 해석할 수 없습니다 (${kind})`));
  }
}

function refuseAliases(document: Document, file: string): void {
  visit(document, (_key, node, path) => {
    if (path.length > 2 * DEEPEST)
      throw kubeconfigRefused(
        file,
        text(`it is nested deeper than ${DEEPEST} levels`, `중첩이 ${DEEPEST}단계를 넘습니다`),
      );
    if (isAlias(node) || (isNode(node) && 'anchor' in node && node.anchor !== undefined))
      throw kubeconfigRefused(
        file,
        text(
          'it uses YAML anchors or aliases; write the values out',
          'YAML 앵커나 별칭을 사용합니다. 값을 직접 적으세요',
        ),
      );
  });
}

/** An upper bound of the nesting by brackets and by block indentation, without parsing. */
function deepestFlow(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of source) {
    if (character === '[' || character === '{') deepest = Math.max(deepest, (depth += 1));
    else if ((character === ']' || character === '}') && depth > 0) depth -= 1;
  }
  const dashes = /^[ ]*(?:[-?:] ){41}/m.test(source);
  return dashes ? DEEPEST + 1 : deepest;
}
