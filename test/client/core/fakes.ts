/**
 * A fake platform and a fake transport: no network, no page, and a manual clock.
 *
 * @module
 */
import { platform, type Platform, setPlatform, type Xhr } from '../../../client/core/platform.js';
import { Socket } from '../../../client/core/socket.js';
import { type SocketOptions } from '../../../client/core/options.js';
import { CloseKind, Transport, transports } from '../../../client/core/transport.js';
import { afterThisTest } from '../../support/cleanup.js';
import { ManualClock } from '../../support/clock.js';

/** Creates a platform with the defaults of these tests. */
export function fakePlatform(clock: ManualClock, more: Partial<Platform> = {}): Platform {
  return {
    setTimeout: (callback, delay) => clock.setTimeout(callback, delay),
    clearTimeout: (timer) => clock.clearTimeout(timer),
    location: { protocol: 'http:', hostname: 'example.com', port: '8080' },
    navigator: {},
    document: { cookie: '' },
    ...more,
  };
}

/** Sets a fake platform until the end of the test. */
export function install(more: Partial<Platform> = {}): ManualClock {
  const before = platform;
  const clock = new ManualClock();
  setPlatform(fakePlatform(clock, more));
  afterThisTest(() => setPlatform(before));
  return clock;
}

/** A request that the test responds to. */
export class FakeXhr implements Xhr {
  static made: FakeXhr[] = [];
  readyState = 0;
  status = 0;
  responseText = '';
  withCredentials = false;
  onreadystatechange: (() => void) | null = null;
  method = '';
  url = '';
  body: string | null | undefined;
  isAborted = false;
  readonly upload: { onprogress: (() => void) | null } = { onprogress: null };

  open(method: string, url: string): void {
    this.method = method;
    this.url = url;
  }

  send(body: string | null): void {
    this.body = body;
    FakeXhr.made.push(this);
  }

  /** Calls the event handler if there is no response yet, as browsers do. */
  abort(): void {
    this.isAborted = true;
    if (this.readyState !== 4) this.answer(0);
  }

  /** Reports that a part of the response has arrived. */
  receivePart(): void {
    this.readyState = 3;
    this.onreadystatechange?.();
  }

  answer(status: number, text = ''): void {
    this.readyState = 4;
    this.status = status;
    this.responseText = text;
    this.onreadystatechange?.();
  }
}

/** A connection that is controlled by the test and records the calls of its methods. */
export class FakeTransport extends Transport {
  /** All instances that were connected, the oldest first. */
  static made: FakeTransport[] = [];
  readonly sent: unknown[] = [];
  /** The id of the session to resume. */
  askedFor: string | null | undefined;
  ending: CloseKind | undefined;

  static check(): boolean {
    return true;
  }

  static xdomainCheck(): boolean {
    return true;
  }

  override connect(): this {
    FakeTransport.made.push(this);
    this.askedFor = this.sessionid ?? null;
    return this;
  }

  override send(data: unknown): this {
    this.sent.push(data);
    return this;
  }

  override _close(how: CloseKind): void {
    this.ending = how;
  }
}

/** Registers transports `first`, `second` … under their names until the end of the test. */
export function fakeTransports(...names: string[]): FakeTransport[] {
  FakeTransport.made = [];
  for (const name of names) {
    class Named extends FakeTransport {}
    Named.prototype.type = name;
    transports[name] = Named;
    afterThisTest(() => {
      transports[name] = undefined;
    });
  }
  return FakeTransport.made;
}

/** Creates a socket with fake transports that records the names and arguments of its events. */
export function fakeSocket(options: SocketOptions = {}): {
  socket: Socket;
  events: unknown[][];
  names: () => unknown[];
} {
  const socket = new Socket(null, { transports: ['first', 'second'], ...options });
  const events: unknown[][] = [];
  for (const name of [
    'connecting',
    'connect',
    'connect_failed',
    'message',
    'close',
    'disconnect',
    'reconnecting',
    'reconnect',
    'reconnect_failed',
    'error',
  ]) {
    socket.on(name, (...args: unknown[]) => events.push([name, ...args]));
  }
  return { socket, events, names: () => events.map(([name]) => name) };
}
