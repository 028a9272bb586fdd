import type { StepEvent, Text } from '../../errors';
import { paint } from './block-lines';
import { cutColumns, displayWidth } from './display-width';
import { duration } from './duration';
import { escapeLine } from './foreign-text';
import type { DiagnosticSink } from './output';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const REDRAW_MS = 100;
/** More running steps than this are counted, not shown: a terminal has few rows. */
const LIVE_ROWS = 8;
/** Without a terminal, a step that ends sooner is one line, not two. */
const PLAIN_START_MS = 3_000;
const PLAIN_UPDATE_MS = 10_000;
/** A shorter time is no news. */
const SHOWN_ELAPSED_MS = 50;

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
  /** How many steps enclose it. */
  readonly depth: number;
}

/**
 * Shows steps. On a terminal a running step is a live line; elsewhere it is a line after three seconds and one every ten, so that
 * nothing repeats itself in a log. Either way its end is a line, and a step that encloses others is their heading, told at once.
 */
export function createProgress(sink: DiagnosticSink, clock: () => number = () => performance.now()): Progress {
  return sink.terminal ? liveProgress(sink, clock) : plainProgress(sink, clock);
}

/** Says nothing. */
export function silentProgress(): Progress {
  const nothing = (): void => undefined;
  return { onProgress: nothing, clear: nothing, close: nothing };
}

function plainProgress(sink: DiagnosticSink, clock: () => number): Progress {
  const running = new Map<string, RunningStep & { readonly timer: NodeJS.Timeout | undefined }>();
  const { language } = sink.style;
  const tell = (event: StepEvent, depth: number, words: Text | undefined, elapsedMs: number | undefined): void => {
    const state = words === undefined ? (elapsedMs === undefined ? '' : ' …') : `: ${words[language]}`;
    const detail = event.detail === undefined ? '' : ` (${event.detail[language]})`;
    const title = escapeLine(event.title[language] + state + detail);
    sink.write(`${'  '.repeat(depth)}${position(event)}${title}${elapsedWords(' ', elapsedMs, sink)}\n`);
  };
  /** Tells how far it is, now and from time to time. */
  const tellFrom = (id: string, after: number): NodeJS.Timeout =>
    setTimeout(() => {
      const known = running.get(id);
      if (known === undefined) return;
      tell(known.event, known.depth, undefined, clock() - known.since);
      running.set(id, { ...known, timer: tellFrom(id, PLAIN_UPDATE_MS) });
    }, after).unref();
  return {
    onProgress: (event) => {
      const known = running.get(event.id);
      if (event.state === 'start' || event.state === 'update') {
        const depth = known?.depth ?? enclosing(running, event);
        if (known !== undefined) running.set(event.id, { ...known, event });
        else {
          if (event.encloses === true) tell(event, depth, undefined, undefined);
          const timer = event.encloses === true ? undefined : tellFrom(event.id, PLAIN_START_MS);
          running.set(event.id, { event, since: clock(), depth, timer });
        }
        return;
      }
      clearTimeout(known?.timer);
      running.delete(event.id);
      const elapsedMs = event.elapsedMs ?? (known === undefined ? undefined : clock() - known.since);
      tell(event, known?.depth ?? enclosing(running, event), STATES[event.state], elapsedMs);
    },
    clear: () => undefined,
    close: () => {
      for (const { timer } of running.values()) clearTimeout(timer);
      running.clear();
    },
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
  const rowOf = ({ event, since, depth }: RunningStep): string => {
    const detail = event.detail === undefined ? '' : `  ${event.detail[language]}`;
    const elapsed = duration(clock() - since)[language];
    const room = Math.max(10, sink.columns() - displayWidth(elapsed) - 2 * depth - 5);
    const words = cutColumns(position(event) + escapeLine(event.title[language] + detail), room);
    return `${'  '.repeat(depth)}${FRAMES[frame % FRAMES.length]} ${words}  ${elapsed}`;
  };
  const draw = (): void => {
    const steps = [...running.values()].filter(({ event }) => event.encloses !== true);
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
      const depth = known?.depth ?? enclosing(running, event);
      const indent = '  '.repeat(depth);
      if (event.state === 'start' || event.state === 'update') {
        if (known === undefined && event.encloses === true) {
          clear();
          const heading = position(event) + escapeLine(event.title[language]);
          sink.write(`${indent}${paint('strong', heading, sink.style)}\n`);
        }
        running.set(event.id, { event, since: known?.since ?? clock(), depth });
      } else {
        running.delete(event.id);
        clear();
        const elapsedMs = event.elapsedMs ?? (known === undefined ? undefined : clock() - known.since);
        sink.write(`${indent}${ended(event, elapsedMs, sink)}\n`);
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

function ended(event: StepEvent, elapsedMs: number | undefined, sink: DiagnosticSink): string {
  if (event.state === 'start' || event.state === 'update') return '';
  const { style } = sink;
  const [sign, tone] = SIGNS[event.state];
  const detail = event.detail === undefined ? '' : `  ${event.detail[style.language]}`;
  const words = position(event) + escapeLine(event.title[style.language] + detail);
  return `${paint(tone, sign, style)} ${words}${paint('soft', elapsedWords('  ', elapsedMs, sink), style)}`;
}

function elapsedWords(before: string, elapsedMs: number | undefined, { style }: DiagnosticSink): string {
  return elapsedMs === undefined || elapsedMs < SHOWN_ELAPSED_MS ? '' : before + duration(elapsedMs)[style.language];
}

/** How many running steps enclose this one. */
function enclosing(running: ReadonlyMap<string, RunningStep>, { id }: StepEvent): number {
  return [...running].filter(([other, { event }]) => other !== id && event.encloses === true).length;
}

/** `[2/6] `; the only one needs no number. */
function position({ index, total }: StepEvent): string {
  return index === undefined || total === undefined || total === 1 ? '' : `[${index}/${total}] `;
}
