import type { EventEmitter } from 'node:events';
import { EXIT_CODES, TestbedError, chooseLanguage, isTestbedError, text, type Language } from '../../errors';
import { packageVersion } from '../../package/root';
import { loadAll, type CommandCatalogue } from './catalogue';
import { chooseCommand, type Choice } from './choose-command';
import type { Command } from './command';
import { GLOBAL_FLAGS, OUTPUT_FORMATS, glimpse } from './global-flags';
import { asTestbedError } from './error-report';
import { watchInterruption } from './interruption';
import { openOutput, type Output, type WritableStream } from './output';
import type { StandardInput } from './streams';

/** The world of one call, as values: a test makes its own. */
export interface Call {
  /** Without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Opened only when somebody is asked. */
  readonly stdin: () => StandardInput;
  readonly stdout: WritableStream;
  readonly stderr: WritableStream;
  readonly now: () => Date;
  /** Where signals arrive. */
  readonly signals: EventEmitter;
  /** Ends the process at once; only for a second interruption. */
  readonly exitAtOnce: (code: number) => void;
}

/** Runs one call of the CLI and returns its exit code. Throws nothing: what goes wrong is shown and becomes a code. */
export async function runCall(call: Call, catalogue: CommandCatalogue): Promise<number> {
  const seen = glimpse(call.argv);
  const language = chooseLanguage(seen.lang, call.environment);
  const format = OUTPUT_FORMATS.find((known) => known === seen.output) ?? 'table';
  const { stdout, stderr, environment } = call;
  const output = openOutput({ stdout, stderr, environment, language, format });
  const never = new AbortController().signal;
  try {
    const choice = chooseCommand(call.argv, catalogue);
    checkGlobals(seen);
    return choice.kind === 'run'
      ? await runCommand(choice, { call, catalogue, output, language })
      : await inform(choice, { catalogue, output, language });
  } catch (thrown) {
    return fail(asTestbedError(thrown, never), output);
  }
}

/** A language or format that does not exist is refused also where only help is asked for. */
function checkGlobals(seen: ReturnType<typeof glimpse>): void {
  GLOBAL_FLAGS.output.read(seen.output, 'output');
  GLOBAL_FLAGS.lang.read(seen.lang, 'lang');
}

interface InformWith {
  readonly catalogue: CommandCatalogue;
  readonly output: Output;
  readonly language: Language;
}

async function inform(
  choice: Exclude<Choice, { kind: 'run' }>,
  { catalogue, output, language }: InformWith,
): Promise<number> {
  if (choice.kind === 'version') {
    output.document(`testbed ${packageVersion()}\n`);
    return 0;
  }
  const help = await import('./help.js');
  if (choice.kind === 'help') {
    output.document(help.commandHelp(await choice.entry.load(), language));
    return 0;
  }
  const about = choice.group === undefined ? undefined : catalogue.groups[choice.group];
  const words = help.overviewHelp(await loadAll(catalogue), choice.group, about, language);
  if (choice.asked) {
    output.document(words);
    return 0;
  }
  output.notice(words);
  return EXIT_CODES.usage;
}

interface RunWith extends InformWith {
  readonly call: Call;
}

async function runCommand(
  choice: Extract<Choice, { kind: 'run' }>,
  { call, catalogue, output, language }: RunWith,
): Promise<number> {
  // Loaded here, so that `--version` does not wait for the parser.
  const [{ parseWords }, { createConfirm }, { createAskSecret }, { createProgress, silentProgress }, { openStreams }] =
    await Promise.all([
      import('./yargs-adapter.js'),
      import('./confirm.js'),
      import('./ask-secret.js'),
      import('./progress.js'),
      import('./streams.js'),
    ]);
  const command = await choice.entry.load();
  const given = parseWords(choice.words, command);
  const progress = output.progressWanted ? createProgress(output.diagnostics) : silentProgress();
  const interruption = watchInterruption({
    source: call.signals,
    onFirst: () => {
      progress.clear();
      output.warning(text('stopping; once more ends at once', '중지하는 중입니다. 한 번 더 누르면 즉시 종료합니다'));
    },
    onSecond: () => {
      progress.close();
      output.error(endedAtOnce(command));
      call.exitAtOnce(EXIT_CODES.interrupted);
    },
  });
  try {
    const { signal } = interruption;
    const outcome = await command.run(given, {
      environment: call.environment,
      cwd: call.cwd,
      now: call.now,
      commands: () => loadAll(catalogue),
      streams: openStreams(call, { interruptions: interruption.meaning, before: progress.clear }),
      tell: (result, blocks) => {
        progress.clear();
        output.result(result, blocks);
      },
      language,
      onProgress: progress.onProgress,
      onWarning: (warning) => {
        progress.clear();
        output.warning(warning);
      },
      confirm: createConfirm({
        input: call.stdin,
        sink: output.diagnostics,
        agreed: given.flags['yes'] === true || call.environment['TESTBED_YES'] === '1',
        signal,
        onAsk: progress.clear,
      }),
      askSecret: createAskSecret({ input: call.stdin, sink: output.diagnostics, signal, onAsk: progress.clear }),
      signal,
    });
    progress.close();
    if (!outcome.spoken) output.result(outcome.result, outcome.blocks);
    return outcome.failure === undefined ? outcome.exitCode : fail(outcome.failure, output);
  } catch (thrown) {
    progress.close();
    return fail(explained(asTestbedError(thrown, interruption.signal), command), output);
  } finally {
    interruption.release();
  }
}

function fail(error: TestbedError, output: Output): number {
  output.error(error);
  return EXIT_CODES[error.outcome];
}

/** An interruption says what may be left. */
function explained(error: TestbedError, command: Command): TestbedError {
  if (!isTestbedError(error, 'Interrupted') || error.hint !== undefined || command.whenInterrupted === undefined)
    return error;
  return new TestbedError(error.code, error.text, {
    hint: command.whenInterrupted,
    details: error.details,
    cause: error,
  });
}

function endedAtOnce(command: Command): TestbedError {
  return new TestbedError(
    'Interrupted',
    text(
      'ended at once; what was under way may be left half-made',
      '즉시 종료했습니다. 진행 중이던 작업이 완료되지 않은 채 남아 있을 수 있습니다',
    ),
    command.whenInterrupted === undefined ? {} : { hint: command.whenInterrupted },
  );
}
