/** Reads an endless response in chunks, by `fetch`. @module */
import { type Abortable, platform } from './platform.js';

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
 * Requests `url` and passes on its text in parts, as they arrive.
 *
 * @param separator ends each part.
 * @param onPart called with each complete part, without its separator.
 * @param onEnd called when the response is refused, ends, fails or is aborted.
 */
export function readStream(
  url: string,
  separator: string,
  onPart: (text: string) => void,
  onEnd: () => void,
): Abortable {
  const controller = new platform.AbortController!();
  const decoder = new platform.TextDecoder!();
  let rest = '';
  platform.fetch!(url, { signal: controller.signal }).then((response) => {
    const reader = response.body.getReader();
    function read(): void {
      reader.read().then((chunk) => {
        if (chunk.done) return onEnd();
        const parts = (rest + decoder.decode(chunk.value, { stream: true })).split(separator);
        rest = parts.pop()!;
        for (let i = 0; i < parts.length; i++) onPart(parts[i]!);
        read();
      }, onEnd);
    }
    if (response.ok) read();
    else onEnd();
  }, onEnd);
  return controller;
}
