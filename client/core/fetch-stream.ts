/** Reading an endless response piece by piece. @module */
import { type Abortable, root } from './platform.js';

/** True if this browser hands out a response while it arrives, and can post. */
export function canStream(): boolean {
  return !!(
    root.XMLHttpRequest &&
    root.TextDecoder &&
    root.AbortController &&
    'body' in root.Response!.prototype
  );
}

/**
 * Requests `url` and hands out its text in parts, as they arrive.
 *
 * @param separator ends each part.
 * @param onEnd called if the response is refused, ends, breaks or is aborted.
 */
export function readStream(
  url: string,
  separator: string,
  onPart: (text: string) => void,
  onEnd: () => void,
): Abortable {
  const controller = new root.AbortController!();
  const decoder = new root.TextDecoder!();
  let rest = '';
  root.fetch!(url, { signal: controller.signal }).then((response) => {
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
