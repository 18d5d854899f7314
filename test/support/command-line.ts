/**
 * The options of commands such as `npm run model`: typed, with a usage for `--help`, and with the name
 * that was probably meant for one that does not exist.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { closestName } from '../../lib/util/closest-name.js';

/** An option of a command. */
export interface Option<Value> {
  /** What follows the name in the usage, for example `N`; empty for a flag. */
  readonly placeholder: string;
  readonly help: string;
  readonly initial: Value;
  /** Reads the value. Throws an error that contains what was expected. */
  parse(text: string): Value;
}

type Options = Readonly<Record<string, Option<unknown>>>;
type Values<Of extends Options> = {
  readonly [Name in keyof Of]: Of[Name] extends Option<infer Value> ? Value : never;
};

/** A command as its usage describes it. */
export interface Command<Of extends Options> {
  /** What a user types before the options, for example `npm run model --`. */
  readonly name: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** The arguments without a name, as the usage names them. @default none are allowed */
  readonly words?: string;
  readonly options: Of;
}

/** A mistake in the arguments of a command. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An option with a number, 0 or more. */
export function numberOption(initial: number, help: string): Option<number> {
  return {
    placeholder: 'N',
    help: `${help} (${initial})`,
    initial,
    parse(value) {
      if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
      throw new UsageError(`a number, got ${value || 'nothing'}`);
    },
  };
}

/** An option with a text. */
export function textOption<Initial extends string | undefined>(
  placeholder: string,
  help: string,
  initial: Initial,
): Option<string | Initial> {
  return { placeholder, help, initial, parse: (value) => value };
}

/** An option that is one of a few names. */
export function choice<Name extends string, Initial extends Name | undefined>(
  names: readonly Name[],
  help: string,
  initial: Initial,
): Option<Name | Initial> {
  return {
    placeholder: 'NAME',
    help: `${help}: ${names.join(', ')}`,
    initial,
    parse(value) {
      const name = names.find((each) => each === value);
      if (name === undefined) throw new UsageError(`one of ${names.join(', ')}, got ${value}`);
      return name;
    },
  };
}

/** An option without a value. */
export function flag(help: string): Option<boolean> {
  return { placeholder: '', help, initial: false, parse: () => true };
}

/** The usage of a command. */
export function usageOf({ name, summary, words, options }: Command<Options>): string {
  const rows = Object.entries(options).map(
    ([option, { placeholder, help }]) => [`--${option} ${placeholder}`.trimEnd(), help] as const,
  );
  rows.push(['--help', 'prints this']);
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`);
  const usage = ['Usage:', name, '[OPTIONS]', words].filter(Boolean).join(' ');
  return [usage, '', summary, '', ...lines].join('\n');
}

/**
 * Reads arguments.
 *
 * @returns null if they request the usage
 * @throws {UsageError} If there is an unknown option, or a value is missing or wrong.
 */
export function parseCommand<Of extends Options>(
  { options, words }: Command<Of>,
  args: readonly string[],
): { readonly values: Values<Of>; readonly words: readonly string[] } | null {
  const entries = Object.entries(options);
  const types = entries.map(
    ([name, { placeholder }]) => [name, { type: placeholder ? 'string' : 'boolean' }] as const,
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(types), help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  });
  const values: Record<string, unknown> = {};
  for (const [name, { initial }] of entries) values[name] = initial;
  const others: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') others.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (name === 'help') return null;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) {
      const meant = closestName(name, Object.keys(options));
      const hint = meant ? `: did you mean \`--${meant}\`?` : '';
      throw new UsageError(`Unknown option \`${rawName}\`${hint}`);
    }
    try {
      if (!option.placeholder && value !== undefined)
        throw new UsageError(`no value, got ${value}`);
      if (option.placeholder && value === undefined) throw new UsageError('a value, got nothing');
      values[name] = option.parse(value ?? '');
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`Expected \`${rawName}\` to have ${error.message}`);
    }
  }
  if (words === undefined && others.length > 0) {
    const [first = ''] = others;
    const meant = closestName(first, Object.keys(options));
    throw new UsageError(
      `Unexpected argument \`${first}\`${meant ? `: did you mean \`--${meant}\`?` : ''}`,
    );
  }
  return { values: values as Values<Of>, words: others };
}

/** Reads the arguments of this process. Prints the usage and ends it if they request that, or are wrong. */
export function readCommand<Of extends Options>(
  command: Command<Of>,
): { readonly values: Values<Of>; readonly words: readonly string[] } {
  let parsed;
  try {
    parsed = parseCommand(command, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usageOf(command)}`);
    process.exit(2);
  }
  if (parsed) return parsed;
  console.log(usageOf(command));
  return process.exit(0);
}
