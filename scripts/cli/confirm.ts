import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { TestbedError, text, type Text } from '../../errors';
import { paint } from './block-lines';
import { escapeLines } from './foreign-text';
import type { DiagnosticSink } from './output';

/** The `ㅛ` key is where `y` is on a Korean keyboard. */
const AGREED = new Set(['y', 'yes', 'ㅛ', '예', '네']);

export interface ConfirmOptions {
  /** Opened only when somebody is asked. */
  readonly input: () => Readable & { readonly isTTY?: boolean };
  readonly sink: DiagnosticSink;
  /** `--yes` was given, or TESTBED_YES=1: nobody is asked. */
  readonly agreed: boolean;
  readonly signal: AbortSignal;
  /** Called before and after the question, so that live lines make room. */
  readonly onAsk: () => void;
}

/** Asks a question that only a clear yes answers. Throws Declined; UsageWrong where no terminal is there to ask at. */
export function createConfirm({
  input: openInput,
  sink,
  agreed,
  signal,
  onAsk,
}: ConfirmOptions): (question: Text) => Promise<void> {
  return async (question) => {
    if (agreed) return;
    signal.throwIfAborted();
    const input = openInput();
    if (input.isTTY !== true || !sink.terminal)
      throw new TestbedError(
        'UsageWrong',
        text(
          `this needs an answer and there is no terminal to ask at: ${question.en}`,
          `확인이 필요하지만 물어볼 터미널이 없습니다: ${question.ko}`,
        ),
        {
          hint: text(
            'give --yes to agree beforehand, or set TESTBED_YES=1',
            '미리 동의하려면 --yes 옵션을 지정하거나 TESTBED_YES=1을 설정하세요',
          ),
        },
      );
    onAsk();
    sink.write(`${paint('strong', escapeLines(question[sink.style.language]), sink.style)} [y/N] `);
    const answer = await readLine(input, signal);
    if (answer === undefined) sink.write('\n');
    signal.throwIfAborted();
    if (!AGREED.has((answer ?? '').trim().normalize('NFC').toLowerCase()))
      throw new TestbedError('Declined', text('not done: you did not agree', '동의하지 않아 실행하지 않았습니다'));
  };
}

/** One line, or undefined where the input ends or the work is aborted. The terminal stays in line mode, so Ctrl-C stays a signal. */
function readLine(input: Readable, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({ input, terminal: false });
    const finish = (answer: string | undefined): void => {
      signal.removeEventListener('abort', stop);
      resolve(answer);
      lines.close();
      input.pause();
    };
    const stop = (): void => finish(undefined);
    signal.addEventListener('abort', stop, { once: true });
    lines.once('line', finish);
    lines.once('close', stop);
  });
}
