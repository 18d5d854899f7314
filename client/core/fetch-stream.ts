/** Reads an endless response in chunks, by `fetch`. @module */
import { platform } from './platform.js';
import type { XHR } from './transports/xhr.js';

/** One less than the length of the longest separator. */
const OVERLAP = 11;

/** True if the browser exposes a response while it arrives, and supports POST requests. */
export function canStream(): boolean {
  return !!(
    platform.XMLHttpRequest &&
    platform.TextDecoder &&
    platform.AbortController &&
    'body' in platform.Response!.prototype
  );
}

/**
 * Requests the stream of a transport and passes it the payloads as they arrive. The time is linear
 * in the length of the response, however it is split into chunks.
 *
 * @param separator ends each part of the response; at most 12 characters.
 * @param payloadOf extracts the payload of a part, which is without its separator.
 */
export function readStream(
  transport: XHR,
  separator: string,
  payloadOf: (part: string) => string,
): void {
  const controller = new platform.AbortController!();
  const decoder = new platform.TextDecoder!();
  const onEnd = transport._onLost;
  /** The unfinished part, except its last characters: they may begin a separator. */
  let held: string[] = [];
  let rest = '';
  transport.xhr = controller;
  platform.fetch!(transport._streamUrl(), { signal: controller.signal }).then((response) => {
    if (!response.ok) return onEnd();
    const reader = response.body.getReader();
    function read(): void {
      reader.read().then((chunk) => {
        if (chunk.done) return onEnd();
        transport.setTimeout();
        const parts = (rest + decoder.decode(chunk.value, { stream: true })).split(separator);
        rest = parts.pop()!;
        for (let i = 0; i < parts.length; i++) {
          transport.onData(payloadOf(held.join('') + parts[i]!));
          held = [];
        }
        held.push(rest.slice(0, -OVERLAP));
        rest = rest.slice(-OVERLAP);
        read();
      }, onEnd);
    }
    read();
  }, onEnd);
}
