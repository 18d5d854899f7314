/**
 * Bodies of POST requests: gathered up to a limit, and the one field they carry.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { unescape } from 'node:querystring';

/** Percent- and plus-decoded once, as UTF-8; what is malformed stays as it is. */
function decodeField(text: string): string {
  return unescape(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/**
 * The field `data` of a form, or undefined if there is none or more than one.
 *
 * @example dataOf('data=~m~2~m~hi') // '~m~2~m~hi'
 */
export function dataOf(body: string): string | undefined {
  if (!body.includes('&')) return body.startsWith('data=') ? decodeField(body.slice(5)) : undefined;
  let data: string | undefined;
  for (const field of body.split('&')) {
    if (!field.startsWith('data=')) continue;
    if (data !== undefined) return undefined;
    data = decodeField(field.slice(5));
  }
  return data;
}

/**
 * Gathers a body, then decodes it: UTF-8 may be cut anywhere between packets.
 *
 * @param limit most bytes, 0: no limit
 * @param done called once with the text, or with null as soon as there are too many bytes;
 *   not at all if the request breaks off.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  done: (body: string | null) => void,
): void {
  const announced = Number(request.headers['content-length']);
  if (limit > 0 && announced > limit) {
    done(null);
    return;
  }
  let first: Buffer | null = null;
  let more: Buffer[] | null = null;
  let size = 0;
  function onData(chunk: Buffer): void {
    size += chunk.length;
    if (limit > 0 && size > limit) {
      request.off('data', onData).off('end', onEnd);
      done(null);
    } else if (!first) first = chunk;
    else (more ??= [first]).push(chunk);
  }
  function onEnd(): void {
    const body = more ? Buffer.concat(more, size) : first;
    done(body ? body.toString() : '');
  }
  request.on('data', onData);
  request.on('end', onEnd);
}
