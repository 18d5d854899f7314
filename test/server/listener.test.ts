import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import {
  createServer as createHttp2Server,
  createSecureServer as createHttp2SecureServer,
} from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import { runInNewContext } from 'node:vm';
import * as io from '../../lib/index.js';
import { Client, Listener, type ListenerOptions } from '../../lib/index.js';
import { WebsocketDriver, XhrPollingDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { RawSocket, requestBytes } from '../support/raw.js';
import { appListener, listenOnLoopback, QUIET, serve } from '../support/server.js';
import { until } from '../support/wait.js';

describe('module', () => {
  it('exports what programs of 2011 required', () => {
    expect(io.version).to.match(/^0\.6\./);
    expect(io.listen).to.be.a('function');
    expect(io.Listener).to.equal(Listener);
    expect(io.Client).to.equal(Client);
    expect(io.encode(['a'])).to.equal(framed('a'));
    expect(io.decode(framed('a'))).to.deep.equal(['a']);
  });

  it('listens on HTTP and HTTPS servers, with new or without', () => {
    for (const server of [createServer(), createTlsServer({})]) {
      const one = io.listen(server, QUIET);
      const two = new io.Listener(server, { ...QUIET, resource: 'two' });
      expect(one).to.be.instanceOf(Listener);
      expect(two.server).to.equal(server);
      one.close();
      two.close();
    }
  });

  for (const [server, got] of [
    [undefined, 'undefined (undefined)'],
    [null, 'null (object)'],
    [8080, '8080 (number)'],
    [{}, '{} (object)'],
    [new (class Other extends Object {})(), 'Other {} (object)'],
  ] as const) {
    it(`rejects ${got} as a server`, () => {
      expect(() => io.listen(server as never, QUIET))
        .to.throw(TypeError)
        .with.property(
          'message',
          `Expected \`server\` to be an http.Server, an https.Server or an application, got ${got}`,
        );
    });
  }

  it('rejects a transport of an unknown name', () => {
    const options = { ...QUIET, transports: ['websocket', 'tcp'] };
    expect(() => io.listen(createServer(), options))
      .to.throw(TypeError)
      .with.property(
        'message',
        'Expected `transports[1]` to be one of websocket, flashsocket, htmlfile, xhr-multipart, ' +
          "xhr-polling, jsonp-polling, server-events, got 'tcp' (string)",
      );
  });

  it('rejects a server of HTTP/2, whose requests have no socket', () => {
    for (const server of [createHttp2Server(), createHttp2SecureServer({ allowHTTP1: true })]) {
      expect(() => io.listen(server as unknown as Server, QUIET))
        .to.throw(TypeError)
        .with.property('message')
        .that.includes('got an HTTP/2 server');
      expect(server.listenerCount('upgrade')).to.equal(0);
    }
  });

  it('accepts a server of another realm, by its methods', () => {
    const other = runInNewContext('({ __proto__: null })') as object;
    const server = createServer();
    for (const name of [
      'on',
      'removeListener',
      'rawListeners',
      'emit',
      'listen',
      'off',
      'once',
      'listeners',
      'listenerCount',
    ]) {
      const method = Reflect.get(server, name) as (...args: unknown[]) => unknown;
      Object.assign(other, { [name]: (...args: unknown[]) => Reflect.apply(method, server, args) });
    }
    io.listen(other as unknown as Server, { ...QUIET, transports: ['xhr-polling'] }).close();
  });

  it('leaves the server unchanged when an option is wrong', () => {
    const server = createServer(appListener);
    expect(() => io.listen(server, { ...QUIET, maxQueue: -1 })).to.throw(RangeError);
    expect(() => io.listen(server, { ...QUIET, transports: ['none'] })).to.throw(TypeError);
    expect(server.listeners('request')).to.deep.equal([appListener]);
  });
});

describe('Listener', () => {
  it('adds listeners for options named onEvent', async () => {
    const calls: unknown[][] = [];
    const options = {
      onClientConnect(this: unknown, client: Client) {
        calls.push(['connect', this, client]);
      },
      onClientMessage(this: unknown, message: unknown, client: Client) {
        calls.push(['message', this, message, client]);
      },
      onClientDisconnect(this: unknown, client: Client) {
        calls.push(['disconnect', this, client]);
      },
      only: () => calls.push(['never']),
      once: () => calls.push(['never']),
    };
    const { io: listener, port, client: find } = await serve(options);
    const driver = await new XhrPollingDriver(port).open();
    const client = await find(driver.sessionId);
    await driver.send(framed('hello'));
    client.disconnect();
    listener.emit('ly');
    listener.emit('ce');
    expect(calls).to.deep.equal([
      ['connect', listener, client],
      ['message', listener, 'hello', client],
      ['disconnect', listener, client],
    ]);
  });

  it('calls its handlers with itself as `this`, and clients theirs', async () => {
    const { io: listener, port } = await serve();
    const selves: unknown[] = [];
    let client: unknown;
    listener.on('connection', function (connected) {
      client = connected;
      selves.push(this);
      connected.on('message', function (this: unknown) {
        selves.push(this);
      });
    });
    const driver = await new XhrPollingDriver(port).open();
    await driver.send(framed('a'));
    expect(selves).to.deep.equal([listener, client]);
  });

  it('keeps `clients` a live object', async () => {
    const { io: listener, port } = await serve();
    const { clients } = listener;
    const one = await new XhrPollingDriver(port).open();
    const two = await new WebsocketDriver(port).open();
    expect(Object.keys(clients)).to.have.members([one.sessionId, two.sessionId]);
    clients[two.sessionId]?.send('through the object');
    expect(await two.next()).to.equal('through the object');
    clients[one.sessionId]?.disconnect();
    expect(Object.keys(clients)).to.deep.equal([two.sessionId]);
  });

  it('keeps unknown options beside the defaults', () => {
    const listener = io.listen(createServer(), { ...QUIET, mine: 'kept' } as ListenerOptions);
    expect(listener.options).to.include({ mine: 'kept', resource: 'socket.io', origins: '*:*' });
    listener.close();
  });

  it('serves server-events beside the default transports, or exactly those of a list', async () => {
    const { port } = await serve();
    expect((await new XhrPollingDriver(port).open()).sessionId).to.match(/^\d+$/);
    const { port: narrow } = await serve({ transports: ['xhr-polling'] });
    await new XhrPollingDriver(narrow).open();
    expect((await new WebsocketDriver(narrow).refusal()).status).to.equal(404);
  });

  it('logs what it does, without complete session ids', async () => {
    const lines: string[] = [];
    const { port, io: listener } = await serve({ log: (line: string) => lines.push(line) });
    const driver = await new XhrPollingDriver(port).open();
    await driver.refusal('1234567890');
    const short = driver.sessionId.slice(0, 6);
    listener.clients[driver.sessionId]?.disconnect();
    expect(lines).to.deep.equal([
      'socket.io ready - accepting connections',
      'Initializing client with transport "xhr-polling"',
      `Client ${short}… connected`,
      'No client has the session id 123456…',
      `Client ${short}… disconnected (server disconnect)`,
    ]);
  });

  it('lets the application wrap _onConnection, as some did', async () => {
    const { io: listener, port } = await serve();
    const transports: string[] = [];
    const original = listener._onConnection.bind(listener);
    listener._onConnection = (transport, ...rest) => {
      transports.push(transport);
      original(transport, ...rest);
    };
    await new XhrPollingDriver(port).open();
    expect(transports).to.deep.equal(['xhr-polling']);
    listener._onConnection('no such transport', {} as never, {} as never);
  });
});

describe('prototypes', () => {
  it('can be extended by the application', async () => {
    const onClient = Client.prototype as Client & { shout?: (text: string) => void };
    const onListener = Listener.prototype as Listener & { count?: () => number };
    onClient.shout = function (this: Client, text) {
      this.send(text.toUpperCase());
    };
    onListener.count = function (this: Listener) {
      return Object.keys(this.clients).length;
    };
    try {
      const { io: listener, port } = await serve();
      listener.on('connection', (client: Client & { shout?: (text: string) => void }) =>
        client.shout?.('hello'),
      );
      const driver = await new WebsocketDriver(port).open();
      expect(await driver.next()).to.equal('HELLO');
      expect((listener as typeof onListener).count?.()).to.equal(1);
    } finally {
      delete onClient.shout;
      delete onListener.count;
    }
  });

  it('can be wrapped by the application', async () => {
    const descriptor = Object.getOwnPropertyDescriptor(Client.prototype, 'send') ?? {};
    const sent: unknown[] = [];
    const send = descriptor.value as Client['send'];
    Client.prototype.send = function (this: Client, message) {
      sent.push(message);
      return send.call(this, message);
    };
    try {
      const { io: listener, port } = await serve();
      listener.on('connection', (client) => client.send('seen'));
      const driver = await new WebsocketDriver(port).open();
      expect(await driver.next()).to.equal('seen');
      expect(sent).to.deep.equal(['seen']);
    } finally {
      Object.defineProperty(Client.prototype, 'send', descriptor);
    }
  });
});

describe('client', () => {
  it('emits events of the application', async () => {
    const { io: listener, port, client: find } = await serve();
    const driver = await new WebsocketDriver(port).open();
    const client = (await find(driver.sessionId)) as Client & { name?: string };
    client.name = 'ad hoc';
    const heard: unknown[] = [];
    client.on('own', (...args: unknown[]) => heard.push(args));
    client.emit('own', 1, 2);
    const send = client.send.bind(client);
    send('bound');
    expect(await driver.next()).to.equal('bound');
    expect(heard).to.deep.equal([[1, 2]]);
    expect((listener.clients[driver.sessionId] as typeof client).name).to.equal('ad hoc');
  });

  it('keeps the headers of its request until it ends', async () => {
    const { io: listener, port } = await serve();
    const cookies: unknown[] = [];
    const look = (client: Client): void => {
      cookies.push(client.request.headers.cookie);
    };
    listener.on('connection', (client) => {
      look(client);
      client.on('message', () => look(client));
      client.on('disconnect', () => look(client));
    });
    listener.on('clientDisconnect', (client) => look(client));
    const headers = { Cookie: 'a=b' };
    const driver = await new XhrPollingDriver(port, { headers }).open();
    await driver.send(framed('x'));
    await driver.close();
    expect(cookies).to.deep.equal(['a=b', 'a=b', 'a=b', 'a=b']);
  });

  it('ends when its client does not read', async () => {
    const { io: listener, port } = await serve({ maxBuffer: 1_000_000 });
    const reasons: string[] = [];
    listener.on('clientDisconnect', (_client, reason) => reasons.push(reason));
    const driver = await new WebsocketDriver(port).open();
    driver.ws.pause();
    const flood = 'x'.repeat(500_000);
    await until(() => {
      listener.broadcast(flood);
      return reasons.length > 0;
    }, 'the end');
    expect(reasons).to.deep.equal(['queue overflow']);
  });
});

describe('a second Listener on a server', () => {
  it('is refused for the same resource, until the first has closed', () => {
    const server = createServer();
    const first = io.listen(server, { ...QUIET, resource: '/chat/' });
    expect(() => io.listen(server, { ...QUIET, resource: 'chat' }))
      .to.throw("This server already has a Listener for the resource 'chat'")
      .with.property('code', 'ERR_SIO_RESOURCE_IN_USE');
    io.listen(server, { ...QUIET, resource: 'chat/deep' });
    first.close();
    io.listen(server, { ...QUIET, resource: 'chat' });
  });
});

describe('the line "ready"', () => {
  const READY = 'socket.io ready - accepting connections';

  it('is logged when the server listens', async () => {
    const lines: string[] = [];
    const server = createServer();
    io.listen(server, { ...QUIET, log: (line) => lines.push(line) });
    expect(lines).to.deep.equal([]);
    await listenOnLoopback(server);
    expect(lines).to.deep.equal([READY]);
    io.listen(server, { ...QUIET, resource: 'late', log: (line) => lines.push(line) });
    expect(lines).to.deep.equal([READY, READY]);
  });

  it('is not logged if the port is in use, or the Listener is closed before', async () => {
    const lines: string[] = [];
    const log = (line: string): number => lines.push(line);
    const { port } = await serve();
    const server = createServer();
    io.listen(server, { ...QUIET, log });
    server.listen(port, '127.0.0.1');
    const [error] = (await once(server, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('EADDRINUSE');
    const closed = createServer();
    const before = closed.listenerCount('listening');
    io.listen(closed, { ...QUIET, log }).close();
    await listenOnLoopback(closed);
    expect(lines).to.deep.equal([]);
    expect(closed.listenerCount('listening')).to.equal(before);
  });
});

describe('listener.close()', () => {
  it('resolves when the sessions have ended and their last bytes are sent', async () => {
    const { io: listener, port } = await serve();
    const polling = await new XhrPollingDriver(port).open();
    const socket = await new WebsocketDriver(port).open();
    const { connection } = listener.clients[socket.sessionId] as Client;
    listener.clients[socket.sessionId]?.send('last');
    const closing = listener.close();
    expect(listener.clients).to.deep.equal({});
    expect(await socket.next()).to.equal('last');
    expect(await closing).to.equal(undefined);
    expect(connection.destroyed).to.equal(true);
    expect(await listener.close()).to.equal(undefined);
    void polling;
  });

  it('resolves when pending handshakes have their refusals, also pipelined ones that are reset', async () => {
    const { io: listener, port } = await serve({ authorize: () => new Promise(() => undefined) });
    const [one, many] = [await RawSocket.connect(port), await RawSocket.connect(port)];
    one.write(requestBytes('/socket.io/xhr-polling//1'));
    many.write(
      Buffer.concat(Array.from({ length: 15 }, () => requestBytes('/socket.io/xhr-polling//1'))),
    );
    await until(() => listener._limiter.handshakes === 16, 'the handshakes');
    const closing = listener.close();
    many.reset();
    expect(await closing).to.equal(undefined);
    expect((await one.readHead()).status).to.equal(503);
  });

  it('returns the Listener for a chain, which an async function can still return', async () => {
    const { io: listener } = await serve();
    const chained = listener.close();
    expect(chained).to.be.instanceOf(Listener);
    expect(chained.clients).to.equal(listener.clients);
    expect(chained.close().on('connection', () => undefined)).to.equal(listener);
    expect(await Promise.resolve(listener)).to.equal(listener);
  });
});
