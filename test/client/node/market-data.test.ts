/**
 * An unmodified third-party client of a `~m~` feed, connected to a server of this package.
 *
 * Its address is fixed, so the test replaces its WebSocket class with one that connects to loopback.
 *
 * @module
 */
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Client, Listener } from '../../../lib/index.js';
import { afterThisTest } from '../../support/cleanup.js';
import { ManualClock } from '../../support/clock.js';
import { serve } from '../../support/server.js';
import { until, within } from '../../support/wait.js';

/** The used part of `@mathieuc/tradingview`. */
interface TradingView {
  Client: new () => {
    onConnected(fn: () => void): void;
    onPing(fn: (number: number) => void): void;
    onData(fn: (packet: unknown) => void): void;
    onError(fn: (...messages: unknown[]) => void): void;
    end(): Promise<void>;
    Session: {
      Quote: new (options: { fields: string }) => {
        Market: new (symbol: string) => {
          onData(fn: (data: Record<string, unknown>) => void): void;
          onLoaded(fn: () => void): void;
        };
      };
    };
  };
}

interface Packet {
  readonly m: string;
  readonly p: readonly string[];
}

const HANDSHAKE = { session_id: '<0.1.2>_nyc', protocol: 'json', timestamp: 1 };

/** Loads the client with a WebSocket that connects to `port` and records the original address. */
function load(port: number): { TradingView: TradingView; addresses: string[] } {
  const from = createRequire(require.resolve('@mathieuc/tradingview'));
  const addresses: string[] = [];
  const ws = from.resolve('ws');
  const RealWebSocket = from(ws) as new (url: string, options?: object) => object;
  class Redirected extends RealWebSocket {
    constructor(url: string, options?: object) {
      addresses.push(url);
      const { pathname, search } = new URL(url);
      super(`ws://127.0.0.1:${port}${pathname}${search}`, options);
    }
  }
  const wsModule = from.cache[ws];
  if (!wsModule) throw new Error('ws is not loaded');
  wsModule.exports = Redirected;
  const TradingView = from('@mathieuc/tradingview') as TradingView;
  afterThisTest(() => {
    wsModule.exports = RealWebSocket;
  });
  return { TradingView, addresses };
}

/** Serves a feed of quotes: JSON text in both directions. */
function serveQuotes(io: Listener, packets: Packet[]): void {
  function clientOnMessage(client: Client, text: string): void {
    const packet = JSON.parse(text) as Packet;
    packets.push(packet);
    if (packet.m !== 'quote_add_symbols') return;
    const [session = '', symbol = ''] = packet.p;
    const update = (v: object): object => ({ m: 'qsd', p: [session, { n: symbol, s: 'ok', v }] });
    client.send([JSON.stringify(update({ lp: 1 })), JSON.stringify(update({ lp: 2, ch: -1 }))]);
    client.send(JSON.stringify({ m: 'quote_completed', p: [session, symbol] }));
  }
  io.on('connection', (client) => {
    client.send(JSON.stringify(HANDSHAKE));
    client.on('message', (message) => clientOnMessage(client, message as string));
  });
}

describe('@mathieuc/tradingview 3.5.2', () => {
  it('logs in, subscribes, receives quotes and echoes heartbeats', async () => {
    const clock = new ManualClock();
    const { io, port } = await serve({
      transports: ['websocket'],
      transportOptions: { websocket: { timeout: 1e9 } },
      clock,
      // the client reads every number as a ping and warns if it begins with 0
      generateId: () => '12345',
    });
    const packets: Packet[] = [];
    serveQuotes(io, packets);
    const { TradingView, addresses } = load(port);
    const client = new TradingView.Client();
    afterThisTest(() => client.end());
    const errors: unknown[] = [];
    const greetings: unknown[] = [];
    const pings: number[] = [];
    const quotes: unknown[] = [];
    client.onError((...messages) => errors.push(messages));
    client.onData((packet) => greetings.push(packet));
    client.onPing((number) => pings.push(number));
    const quotesSession = new client.Session.Quote({ fields: 'price' });
    const market = new quotesSession.Market('BINANCE:BTCEUR');
    market.onData((data) => quotes.push(data));
    await within(new Promise<void>((resolve) => market.onLoaded(resolve)), () => 'the market');
    expect(addresses).to.deep.equal(['wss://data.tradingview.com/socket.io/websocket?type=chart']);
    expect(greetings).to.deep.equal([HANDSHAKE]);
    expect(packets.map(({ m }) => m)).to.deep.equal([
      'set_auth_token',
      'quote_create_session',
      'quote_set_fields',
      'quote_add_symbols',
    ]);
    expect(quotes).to.deep.equal([{ lp: 1 }, { lp: 2, ch: -1 }]);
    expect(pings).to.deep.equal([12345]);
    // the interval of a heartbeat begins with the echo of the previous one
    await until(() => {
      clock.tick(500);
      return pings.length === 4;
    }, 'three heartbeats');
    expect(pings.slice(1)).to.deep.equal([1, 2, 3]);
    expect(errors).to.deep.equal([]);
    expect(Object.keys(io.clients)).to.have.lengthOf(1);
    await client.end();
    await until(() => !Object.values(io.clients)[0]?._open, 'the end');
  });
});
