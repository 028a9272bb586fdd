import { TestbedError, text, type Text } from '../../errors';
import { paint } from './block-lines';
import { escapeLines } from './foreign-text';
import type { DiagnosticSink } from './output';
import type { StandardInput } from './streams';

export interface AskSecretOptions {
  /** Opened only when somebody is asked. */
  readonly input: () => StandardInput;
  readonly sink: DiagnosticSink;
  readonly signal: AbortSignal;
  readonly onAsk: () => void;
}

const LONGEST = 1024;
const [CTRL_C, CTRL_D, CTRL_U] = ['\u0003', '\u0004', '\u0015'];

/** Asks for a word that is not shown. Throws UsageWrong where no terminal is there to ask at, Interrupted at Ctrl-C. */
export function createAskSecret({
  input: openInput,
  sink,
  signal,
  onAsk,
}: AskSecretOptions): (question: Text) => Promise<string> {
  return async (question) => {
    signal.throwIfAborted();
    const input = openInput();
    if (input.isTTY !== true || input.setRawMode === undefined || !sink.terminal)
      throw new TestbedError(
        'UsageWrong',
        text(
          `this needs a secret word and there is no terminal to ask at: ${question.en}`,
          `비밀 문구가 필요하지만 물어볼 터미널이 없습니다: ${question.ko}`,
        ),
        { hint: text('give it in a file: --passphrase-file FILE', '파일로 지정하세요: --passphrase-file 파일') },
      );
    onAsk();
    sink.write(`${paint('strong', escapeLines(question[sink.style.language]), sink.style)}: `);
    input.setRawMode(true);
    try {
      return await readHidden(input, signal);
    } finally {
      input.setRawMode(false);
      input.pause();
      sink.write('\n');
    }
  };
}

function readHidden(input: StandardInput, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const finish = (end: () => void): void => {
      input.off('data', take);
      signal.removeEventListener('abort', stop);
      end();
    };
    const stop = (): void => finish(() => reject(signal.reason));
    const take = (chunk: Uint8Array | string): void => {
      for (const letter of Buffer.from(chunk).toString('utf8')) {
        if (letter === CTRL_C) return finish(() => reject(interrupted()));
        if (letter === '\r' || letter === '\n' || letter === CTRL_D) return finish(() => resolve(typed.join('')));
        if (letter === '\u007f' || letter === '\b') typed = typed.slice(0, -1);
        else if (letter === CTRL_U) typed = [];
        else if (letter >= ' ' && typed.length < LONGEST) typed.push(letter);
      }
    };
    signal.addEventListener('abort', stop, { once: true });
    input.on('data', take);
    input.resume();
  });
}

function interrupted(): TestbedError {
  return new TestbedError('Interrupted', text('the operation was interrupted', '작업이 중단되었습니다'));
}
