/**
 * Bodies of POST requests: gathered up to a limit, and the one field they carry.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { unescape } from 'node:querystring';
import { ReceiveBuffer } from '../../util/receive-buffer.js';

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
  let data: string | undefined;
  // Field by field: a body of nothing but `&` would make a list of millions.
  for (let start = 0, end; start <= body.length; start = end + 1) {
    end = body.indexOf('&', start);
    if (end < 0) end = body.length;
    if (!body.startsWith('data=', start)) continue;
    if (data !== undefined) return undefined;
    data = body.slice(start + 5, end);
  }
  return data === undefined ? undefined : decodeField(data);
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
  let more: ReceiveBuffer | null = null;
  function onData(chunk: Buffer): void {
    if (first && !more) (more = new ReceiveBuffer()).add(first);
    const size = (more?.size ?? 0) + chunk.length;
    if (limit > 0 && size > limit) {
      request.off('data', onData).off('end', onEnd);
      done(null);
    } else if (more) more.add(chunk);
    else first = chunk;
  }
  function onEnd(): void {
    const body = more ? more.take() : first;
    done(body ? body.toString() : '');
  }
  request.on('data', onData);
  request.on('end', onEnd);
}
