import type { Language } from '../../errors';

/** `value` as plain data in which every Text stands in the chosen language, for JSON and YAML. */
export function localised(value: unknown, language: Language): unknown {
  if (Array.isArray(value)) return value.map((entry) => localised(entry, language));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (isText(value)) return value[language];
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, localised(entry, language)]));
}

function isText(value: object): value is Record<Language, string> {
  return (
    Object.keys(value).length === 2 &&
    'en' in value &&
    'ko' in value &&
    typeof value.en === 'string' &&
    typeof value.ko === 'string'
  );
}
