import { StreamingDriver } from './http.js';
import { Body, type Head } from '../raw.js';

function chunked(stream: StreamingDriver, head: Head): Body {
  if (head.headers['transfer-encoding'] !== 'chunked') throw new Error('Expected chunks');
  return new Body(stream.raw.bytes, head);
}

/** The rest of a chunked stream, when the server has ended it. */
async function restOf(body: Body | null): Promise<string> {
  await body?.done;
  return (await body?.bytes.readRest())?.toString() ?? '';
}

/** Scripts in a page that never ends loading. */
export class HtmlFileDriver extends StreamingDriver {
  readonly transport = 'htmlfile';
  protected readonly contentType = 'text/html; charset=utf-8';
  #body: Body | null = null;
  #hasPadding = false;

  async nextPayload(): Promise<string> {
    const { bytes } = this.#body as Body;
    const before = (await bytes.readThrough('<script>')).toString();
    this.#checkPadding(before.slice(0, -'<script>'.length));
    const script = (await bytes.readThrough('</script>')).toString();
    const literal = /^parent\.s\._\((".*"), document\);<\/script>$/.exec(script)?.[1];
    if (literal === undefined || /[<\u2028\u2029]/.test(literal)) {
      throw new Error(`Expected a call, got ${script}`);
    }
    return JSON.parse(literal) as string;
  }

  async ended(): Promise<void> {
    const rest = await restOf(this.#body);
    if (rest !== '') this.#checkPadding(rest);
  }

  protected begin(head: Head): void {
    this.#body = chunked(this, head);
    this.#hasPadding = false;
  }

  /** Internet Explorer shows nothing of the first 256 bytes. */
  #checkPadding(text: string): void {
    const isRight = this.#hasPadding ? text === '' : /^<html><body> {244,}$/.test(text);
    if (!isRight) throw new Error(`Unexpected: ${JSON.stringify(text)}`);
    this.#hasPadding = true;
  }
}

const PART = 'Content-Type: text/plain\n\n';
const BOUNDARY = '--socketio\n';

/** Parts that replace each other; the stream ends with the connection. */
export class XhrMultipartDriver extends StreamingDriver {
  readonly transport = 'xhr-multipart';
  protected readonly contentType = 'multipart/x-mixed-replace;boundary="socketio"';
  #isBegun = false;

  async nextPayload(): Promise<string> {
    const { bytes } = this.raw;
    if (!this.#isBegun) await bytes.expect(BOUNDARY);
    this.#isBegun = true;
    await bytes.expect(PART);
    const part = (await bytes.readThrough(`\n${BOUNDARY}`)).toString();
    const payload = part.slice(0, -BOUNDARY.length - 1);
    // browsers take CR LF before a boundary for the end of the line
    if (payload.endsWith('\r')) throw new Error('The last character of the part is lost');
    return payload;
  }

  async ended(): Promise<void> {
    if (!this.#isBegun) await this.raw.bytes.expect(BOUNDARY);
    await this.raw.ended();
  }

  protected begin({ headers }: Head): void {
    if ('transfer-encoding' in headers || 'content-length' in headers) {
      throw new Error('Browsers of 2011 read parts as they arrive only without chunks');
    }
    this.#isBegun = false;
  }
}

/** Server-sent events, parsed as the HTML standard defines. */
export class ServerEventsDriver extends StreamingDriver {
  readonly transport = 'server-events';
  protected readonly contentType = 'text/event-stream';
  /** What EventSource would send as Last-Event-ID. */
  lastEventId = '';
  #body: Body | null = null;
  #isNamed = false;

  async nextPayload(): Promise<string> {
    const { bytes } = this.#body as Body;
    const block = (await bytes.readThrough('\n\n')).toString().slice(0, -2);
    const data: string[] = [];
    for (const line of block.split(/\r\n|\r|\n/)) {
      const [, field, value = ''] = /^(data|id)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'data') data.push(value);
      else if (field === 'id' && !this.#isNamed) this.lastEventId = value;
      else throw new Error(`Unexpected: ${JSON.stringify(line)}`);
    }
    if (this.lastEventId === '') throw new Error('The first event has no id');
    this.#isNamed = true;
    return data.join('\n');
  }

  async ended(): Promise<void> {
    const rest = await restOf(this.#body);
    if (rest !== '') throw new Error(`Unexpected: ${JSON.stringify(rest)}`);
  }

  protected begin(head: Head): void {
    const caching = head.headers['cache-control'] ?? '';
    if (!caching.includes('no-store')) throw new Error('Events must not be stored');
    this.#body = chunked(this, head);
    this.#isNamed = false;
  }
}
