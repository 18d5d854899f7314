/** Reading an endless response piece by piece. @module */
import { noop, root, type StreamedResponse } from './platform.js';

/** A response that is being read. */
export interface StreamReader {
  /** Stops reading; nothing is called any more. */
  close(): void;
}

/** True if this browser hands out a response while it arrives, and can post. */
export function canStream(): boolean {
  return !!(
    root.XMLHttpRequest &&
    root.fetch &&
    root.TextDecoder &&
    'body' in root.Response!.prototype
  );
}

/**
 * Requests `url` and hands out its text in parts, as they arrive.
 *
 * @param separator ends each part.
 * @param onEnd called once if the response is refused, ends or breaks.
 */
export function readStream(
  url: string,
  separator: string,
  onPart: (text: string) => void,
  onEnd: () => void,
): StreamReader {
  const decoder = new root.TextDecoder!();
  let rest = '';
  let isClosed = false;
  let cancel: (() => void) | undefined;

  function read(reader: ReturnType<StreamedResponse['body']['getReader']>): void {
    reader.read().then((chunk) => {
      if (isClosed) return;
      if (chunk.done) return onEnd();
      const parts = (rest + decoder.decode(chunk.value, { stream: true })).split(separator);
      rest = parts.pop()!;
      for (let i = 0; i < parts.length; i++) onPart(parts[i]!);
      read(reader);
    }, onEnd);
  }
  root.fetch!(url).then((response) => {
    const reader = response.body.getReader();
    cancel = () => void reader.cancel().then(noop, noop);
    if (isClosed) cancel();
    else if (response.ok) read(reader);
    else onEnd();
  }, onEnd);
  return {
    close() {
      isClosed = true;
      if (cancel) cancel();
    },
  };
}
