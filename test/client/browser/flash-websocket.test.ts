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

/** The part of `io.Socket` that these tests use. */
interface PageSocket {
  connect(): void;
  disconnect(): void;
  readonly connected: boolean;
  readonly transport: { readonly socket: { readonly readyState: number } };
}

/** A page with a Flash object that is not ready yet. */
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
  /** Flash calls the page, which responds in the next turn of the event loop. */
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
    emit: (...emitted: readonly FlashEvent[]): void => {
      events = emitted;
      call('__onFlashEvent');
    },
  };
}

/** The server's first message to the socket with that id. */
function hello(webSocketId: number): FlashEvent {
  return { type: 'message', webSocketId, readyState: 1, message: '~m~3~m~123' };
}

describe('client Flash sockets', () => {
  it('are opened when Flash is ready, unless they have been closed before', () => {
    const { created, open, ready, emit } = flashPage();
    open().disconnect();
    const kept = open();
    ready();
    expect(created).to.have.lengthOf(1);
    emit(hello(created[0] ?? NaN));
    expect(kept.connected).to.equal(true);
  });

  it('ignore events after either side has closed them, and never reuse an id', () => {
    const { created, open, ready, emit } = flashPage();
    const sockets = [open(), open()];
    ready();
    emit(...created.map(hello));
    sockets[0]?.disconnect();
    emit({ type: 'error', webSocketId: created[1] ?? NaN, readyState: 3 });
    emit(...created.map(hello));
    const states = sockets.map(({ transport }) => transport.socket.readyState);
    expect(states, 'not changed by later events of Flash').to.deep.equal([3, 3]);
    open();
    expect(new Set(created).size).to.equal(3);
  });
});
