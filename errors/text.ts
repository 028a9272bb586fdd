/** The languages in which people are told things. */
export type Language = 'en' | 'ko';

/** One thing said in every language. Both stand side by side where they are written, so that neither can be forgotten. */
export interface Text {
  readonly en: string;
  readonly ko: string;
}

/** `text('no such testbed', '그런 테스트베드가 없습니다')` */
export function text(en: string, ko: string): Text {
  return { en, ko };
}

/** For what is the same in every language: a name, a figure, the words of another program. */
export function verbatim(words: string): Text {
  return { en: words, ko: words };
}

/**
 * The language to speak: the flag, then `TESTBED_LANG`, then `LC_ALL`, `LC_MESSAGES`, `LANG` (as POSIX orders them).
 * Everything that is not Korean is English.
 */
export function chooseLanguage(flag: string | undefined, environment: NodeJS.ProcessEnv): Language {
  const wish =
    flag ??
    environment['TESTBED_LANG'] ??
    environment['LC_ALL'] ??
    environment['LC_MESSAGES'] ??
    environment['LANG'] ??
    '';
  return /^ko(?:$|[^a-z])/i.test(wish) ? 'ko' : 'en';
}
