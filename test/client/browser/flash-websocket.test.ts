import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect } from 'chai';

const SCRIPT = readFileSync(join(__dirname, '..', '..', '..', 'client', 'socket.io.js'), 'utf8');

interface FlashEvent {
  readonly type: string;
  readonly webSocketId: number;
  readonly readyState: number;
  readonly message?: string;
}

/** What we use of a page's `io.Socket`. */
interface PageSocket {
  connect(): void;
  disconnect(): void;
  readonly connected: boolean;
  readonly transport: { readonly socket: { readonly readyState: number } };
}

/** A page with Flash in it that is not yet ready. */
function flashPage() {
  const created: number[] = [];
  const timers: (() => void)[] = [];
  let events: readonly FlashEvent[] = [];
  const flash = {
    setCallerUrl: () => {},
    create: (id: number) => created.push(id),
    close: () => {},
    receiveEvents: () => events,
  };
  const window: Record<string, unknown> = {
    location: { protocol: 'http:', hostname: 'example.com', port: '' },
    document: {
      cookie: '',
      readyState: 'complete',
      getElementById: () => flash,
      createElement: () => ({ style: {} }),
      body: { appendChild: () => {} },
    },
    navigator: { plugins: { 'Shockwave Flash': { description: 'Shockwave Flash 10.0' } } },
    setTimeout: (callback: () => void, ms: number) => ms === 0 && timers.push(callback),
    clearTimeout: () => {},
  };
  window['self'] = window;
  const run = (code: string): unknown => runInContext(code, createContext(window));
  run(SCRIPT);
  /** Flash calls the page, which does its part in the next turn. */
  const call = (name: string): void => {
    run(`WebSocket.${name}()`);
    for (const callback of timers.splice(0)) callback();
  };
  return {
    created,
    open: (): PageSocket => {
      const options = "{ transports: ['flashsocket'], reconnect: false }";
      return run(`(function (socket) { return socket.connect(); })(
        new io.Socket(null, ${options}))`) as PageSocket;
    },
    ready: (): void => call('__onFlashInitialized'),
    tell: (...told: readonly FlashEvent[]): void => {
      events = told;
      call('__onFlashEvent');
    },
  };
}

/** The server's first message to the socket of that number. */
function hello(webSocketId: number): FlashEvent {
  return { type: 'message', webSocketId, readyState: 1, message: '~m~3~m~123' };
}

describe('client Flash sockets', () => {
  it('are opened when Flash is ready, unless they are closed by then', () => {
    const { created, open, ready, tell } = flashPage();
    open().disconnect();
    const kept = open();
    ready();
    expect(created).to.have.lengthOf(1);
    tell(hello(created[0] ?? NaN));
    expect(kept.connected).to.equal(true);
  });

  it('are forgotten when they are closed, by either side, and their numbers are not given again', () => {
    const { created, open, ready, tell } = flashPage();
    const sockets = [open(), open()];
    ready();
    tell(...created.map(hello));
    sockets[0]?.disconnect();
    tell({ type: 'error', webSocketId: created[1] ?? NaN, readyState: 3 });
    tell(...created.map(hello));
    const states = sockets.map(({ transport }) => transport.socket.readyState);
    expect(states, 'untouched by what Flash tells of their numbers').to.deep.equal([3, 3]);
    open();
    expect(new Set(created).size).to.equal(3);
  });
});
