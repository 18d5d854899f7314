import { inspect } from 'node:util';
import { printable } from '../util/log.js';

/**
 * Emits a process warning that a function of the options has failed. It does not depend on `log`.
 * The error is not thrown again: input of a client may have caused it, and it would end the
 * process. Never throws.
 */
export function warnOfHook(option: string, code: string, error: unknown): void {
  const { text, places } = describe(error);
  process.emitWarning(`\`${option}\` failed: ${text}`, { code, detail: places });
}

/** Reads a thrown value, which may be anything: its getters may throw in their turn. */
function describe(error: unknown): { readonly text: string; readonly places: string } {
  try {
    const { name, message, code, stack } = (error ?? {}) as Record<string, unknown>;
    const isError = typeof stack === 'string' && typeof message === 'string';
    const text = isError ? `${String(name)}: ${message}` : inspect(error, { depth: 0 });
    const ofCode = typeof code === 'string' ? ` (${printable(code)})` : '';
    const places = isError ? stack.split('\n').filter(isPlace).join('\n') : '';
    return { text: printable(text) + ofCode, places };
  } catch {
    return { text: 'a value that cannot be shown', places: '' };
  }
}

/** The message may have several lines too, and untrusted input in them. */
const isPlace = (line: string): boolean => /^ {4}at \P{C}+$/u.test(line);
