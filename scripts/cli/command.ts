import type { TestbedError, Text } from '../../errors';
import type { Streams } from '../../operations/streams';
import type { Surroundings } from '../../operations/surroundings';
import type { Flag, Positional, SwitchFlag, ValueFlag } from './flags';
import type { Block } from './view';

type Positionals = Readonly<Record<string, Positional<unknown>>>;
type Flags = Readonly<Record<string, Flag>>;

/** The values that a handler gets, typed by the definitions. */
export type Arguments<P extends Positionals, F extends Flags> = {
  readonly [K in keyof P]: P[K] extends Positional<infer T> ? T : never;
} & {
  readonly [K in keyof F]: F[K] extends SwitchFlag ? boolean : F[K] extends ValueFlag<infer T> ? T : never;
};

export interface Example {
  readonly command: string;
  readonly summary: Text;
}

/** What every handler gets besides its arguments; an operation takes it as its surroundings. */
export interface CommandContext extends Surroundings {
  /** For the few commands that talk while they work. */
  readonly streams: Streams;
  /** Prints a result before the command is over; such a command is `spoken` at its end. */
  readonly tell: (result: object, blocks: readonly Block[]) => void;
  /** Every command there is; for what is made from all of them. */
  readonly commands: () => Promise<readonly Command[]>;
}

interface CommandWords {
  /** As it is typed after `testbed`: `cluster up`. */
  readonly name: string;
  /** One line, lower case, no full stop. */
  readonly summary: Text;
  /** Some sentences more, for the command's own help. */
  readonly description?: Text;
  readonly examples: readonly Example[];
  /** What an interruption may leave, and what mends it; said when a person ends the command at once. */
  readonly whenInterrupted?: Text;
}

interface CommandDefinition<P extends Positionals, F extends Flags, R extends object> extends CommandWords {
  /** In the order in which they are typed. */
  readonly positionals: P;
  readonly flags: F;
  /** Does the work and returns what it came to; prints nothing. */
  readonly handler: (args: Arguments<P, F>, context: CommandContext) => Promise<R>;
  /** How the result looks to a person. */
  readonly view: (result: R) => readonly Block[];
  /** A result that is shown and is a failure all the same (drift found, a check failed). */
  readonly failure?: (result: R) => TestbedError | undefined;
  /** All was said while it worked: nothing is printed at its end. */
  readonly spoken?: (result: R) => boolean;
  /** The exit code of a program that ran for the person, passed on. */
  readonly exitCode?: (result: R) => number;
}

/** The words of a call by name, as they were typed; `true` for switches. */
export interface GivenArguments {
  readonly positionals: Readonly<Record<string, string>>;
  readonly flags: Readonly<Record<string, string | true>>;
  /** After `--`, where the command takes them. */
  readonly rest: readonly string[];
}

export interface CommandOutcome {
  readonly result: object;
  readonly blocks: readonly Block[];
  readonly failure: TestbedError | undefined;
  readonly spoken: boolean;
  /** Where there is no failure. */
  readonly exitCode: number;
}

/** A command as data: what help, completion, reference and the parser read. */
export interface Command extends CommandWords {
  readonly positionals: Positionals;
  readonly flags: Flags;
  /** Reads the words (throws UsageWrong before anything is touched), then runs the handler. */
  readonly run: (given: GivenArguments, context: CommandContext) => Promise<CommandOutcome>;
}

/** Makes a command from typed data. */
export function defineCommand<P extends Positionals, F extends Flags, R extends object>(
  definition: CommandDefinition<P, F, R>,
): Command {
  const { handler, view, failure, spoken, exitCode, ...rest } = definition;
  return {
    ...rest,
    run: async (given, context) => {
      const result = await handler(readArguments(definition, given), context);
      return {
        result,
        blocks: view(result),
        failure: failure?.(result),
        spoken: spoken?.(result) ?? false,
        exitCode: exitCode?.(result) ?? 0,
      };
    },
  };
}

function readArguments<P extends Positionals, F extends Flags>(
  definition: { readonly positionals: P; readonly flags: F },
  given: GivenArguments,
): Arguments<P, F> {
  const values = new Map<string, unknown>();
  for (const [name, positional] of Object.entries(definition.positionals))
    values.set(name, positional.read(given.positionals[name], name, given.rest));
  for (const [name, flag] of Object.entries(definition.flags)) {
    const word = given.flags[name];
    values.set(name, flag.kind === 'switch' ? word === true : flag.read(word === true ? undefined : word, name));
  }
  // The type says for each name what its own `read` returned just above, which a loop over names cannot express.
  return Object.fromEntries(values) as Arguments<P, F>;
}
