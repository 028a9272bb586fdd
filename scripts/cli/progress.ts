import type { StepEvent, Text } from '../../errors';
import { paint } from './block-lines';
import { cutColumns } from './display-width';
import { duration } from './duration';
import { escapeLine } from './foreign-text';
import type { DiagnosticSink } from './output';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const REDRAW_MS = 100;
/** More running steps than this are counted, not shown: a terminal has few rows. */
const LIVE_ROWS = 8;
const PLAIN_UPDATE_MS = 10_000;

export interface Progress {
  readonly onProgress: (event: StepEvent) => void;
  /** Takes the live lines away, so that something else can be written; they come back with the next event. */
  readonly clear: () => void;
  /** Ends the drawing for good. */
  readonly close: () => void;
}

interface RunningStep {
  readonly event: StepEvent;
  readonly since: number;
  /** When a plain line was last written for it. */
  readonly toldAt: number;
}

/** Shows steps: on a terminal one live line a running step, elsewhere a line at each start and end and at most one in 10 s between. */
export function createProgress(sink: DiagnosticSink, clock: () => number = () => performance.now()): Progress {
  return sink.terminal ? liveProgress(sink, clock) : plainProgress(sink, clock);
}

/** Says nothing. */
export function silentProgress(): Progress {
  const nothing = (): void => undefined;
  return { onProgress: nothing, clear: nothing, close: nothing };
}

function plainProgress(sink: DiagnosticSink, clock: () => number): Progress {
  const running = new Map<string, RunningStep>();
  const { language } = sink.style;
  const tell = (event: StepEvent, words: Text | undefined, elapsedMs: number | undefined): void => {
    const state = words === undefined ? '' : `: ${words[language]}`;
    const detail = event.detail === undefined ? '' : ` (${event.detail[language]})`;
    const elapsed = elapsedMs === undefined ? '' : ` ${duration(elapsedMs)}`;
    sink.write(`${position(event)}${escapeLine(event.title[language] + state + detail)}${elapsed}\n`);
  };
  return {
    onProgress: (event) => {
      const now = clock();
      const known = running.get(event.id);
      if (event.state === 'start' || event.state === 'update') {
        const told = known === undefined || now - known.toldAt >= PLAIN_UPDATE_MS;
        running.set(event.id, { event, since: known?.since ?? now, toldAt: told ? now : known.toldAt });
        if (told) tell(event, undefined, known === undefined ? undefined : now - known.since);
        return;
      }
      running.delete(event.id);
      tell(event, STATES[event.state], event.elapsedMs ?? (known === undefined ? undefined : now - known.since));
    },
    clear: () => undefined,
    close: () => running.clear(),
  };
}

function liveProgress(sink: DiagnosticSink, clock: () => number): Progress {
  const running = new Map<string, RunningStep>();
  const { language } = sink.style;
  let drawnRows = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  const clear = (): void => {
    // Up to the first live row, then everything from there on is taken away.
    if (drawnRows > 0) sink.write(`\u001b[${drawnRows}F\u001b[J`);
    drawnRows = 0;
  };
  const rowOf = ({ event, since }: RunningStep): string => {
    const detail = event.detail === undefined ? '' : `  ${event.detail[language]}`;
    const elapsed = duration(clock() - since);
    const room = Math.max(10, sink.columns() - elapsed.length - 5);
    return `${FRAMES[frame % FRAMES.length]} ${cutColumns(position(event) + escapeLine(event.title[language] + detail), room)}  ${elapsed}`;
  };
  const draw = (): void => {
    const steps = [...running.values()];
    const hidden = steps.length - LIVE_ROWS;
    const more = language === 'ko' ? `  … 외 ${hidden}개` : `  … and ${hidden} more`;
    const rows = [...steps.slice(0, LIVE_ROWS).map(rowOf), ...(hidden > 0 ? [more] : [])];
    // One write for both, so that nothing flickers.
    const up = drawnRows > 0 ? `\u001b[${drawnRows}F\u001b[J` : '';
    drawnRows = rows.length;
    if (up !== '' || rows.length > 0) sink.write(up + rows.map((row) => `${row}\n`).join(''));
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    onProgress: (event) => {
      const known = running.get(event.id);
      if (event.state === 'start' || event.state === 'update') {
        running.set(event.id, { event, since: known?.since ?? clock(), toldAt: 0 });
      } else {
        running.delete(event.id);
        clear();
        const elapsedMs = event.elapsedMs ?? (known === undefined ? undefined : clock() - known.since);
        sink.write(`${ended(event, elapsedMs, sink)}\n`);
      }
      draw();
      if (running.size === 0) stop();
      else if (timer === undefined) {
        timer = setInterval(() => {
          frame++;
          draw();
        }, REDRAW_MS);
        // The work keeps the process alive, not its picture.
        timer.unref();
      }
    },
    clear,
    close: () => {
      stop();
      clear();
      running.clear();
    },
  };
}

const STATES = {
  done: { en: 'done', ko: '완료' },
  failed: { en: 'failed', ko: '실패' },
  skipped: { en: 'skipped', ko: '건너뜀' },
} as const;
const SIGNS = { done: ['✔', 'good'], failed: ['✘', 'bad'], skipped: ['-', 'soft'] } as const;

function ended(event: StepEvent, elapsedMs: number | undefined, { style }: DiagnosticSink): string {
  if (event.state === 'start' || event.state === 'update') return '';
  const [sign, tone] = SIGNS[event.state];
  const detail = event.detail === undefined ? '' : `  ${event.detail[style.language]}`;
  const elapsed = elapsedMs === undefined ? '' : `  ${duration(elapsedMs)}`;
  const words = position(event) + escapeLine(event.title[style.language] + detail);
  return `${paint(tone, sign, style)} ${words}${paint('soft', elapsed, style)}`;
}

function position({ index, total }: StepEvent): string {
  return index === undefined || total === undefined ? '' : `[${index}/${total}] `;
}
