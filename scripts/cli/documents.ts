import { Document, isScalar, visit } from 'yaml';
import { escapeDocument, isUnsafe } from './foreign-text';

/** The result as JSON, two spaces, ending with a line feed; safe on a terminal. */
export function jsonDocument(value: unknown): string {
  return `${escapeDocument(JSON.stringify(value, null, 2))}\n`;
}

/** The result as YAML 1.2; safe on a terminal. */
export function yamlDocument(value: unknown): string {
  // By way of JSON, so that both documents hold the same (dates as text, nothing undefined).
  const document = new Document(JSON.parse(JSON.stringify(value)), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      // Only between double quotes can a character be written as an escape.
      if (isScalar(node) && typeof node.value === 'string' && isUnsafe(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return escapeDocument(document.toString({ lineWidth: 0 }));
}
