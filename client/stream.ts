/** Reading an endless response piece by piece. @module */
import { root } from './platform.js';

/** A response that is being read. */
export interface StreamReader {
  /** Stops reading; nothing is called any more. */
  close(): void;
}

/** True if this browser hands out a response while it arrives. */
export function canStream(): boolean {
  return !!(root.fetch && root.TextDecoder && root.Response && 'body' in root.Response.prototype);
}

/**
 * Requests `url` and hands out its text as it arrives.
 *
 * @param onEnd called once if the response is refused, ends or breaks.
 */
export function readStream(
  url: string,
  onText: (text: string) => void,
  onEnd: () => void,
): StreamReader {
  const decoder = new root.TextDecoder!();
  let isClosed = false;
  let cancel = (): void => {};

  function end(): void {
    if (!isClosed) {
      isClosed = true;
      onEnd();
    }
  }
  root.fetch!(url, { cache: 'no-store', credentials: 'same-origin' }).then((response) => {
    const reader = response.body.getReader();
    cancel = () => void reader.cancel().then(null, end);
    if (!response.ok) end();
    function read(): void {
      if (isClosed) return cancel();
      reader.read().then((part) => {
        if (part.done) return end();
        if (!isClosed) onText(decoder.decode(part.value, { stream: true }));
        read();
      }, end);
    }
    read();
  }, end);
  return {
    close() {
      isClosed = true;
      cancel();
    },
  };
}
