/** Tests the types of the server; compiled by `npm run types`, never run. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import {
  decode,
  encode,
  listen,
  Listener,
  Polling,
  Streaming,
  version,
  type Client,
  type DisconnectReason,
  type Refusal,
  type RefusalCode,
} from 'socket.io-node';

/** `never` unless both types are the same, `unknown` and `any` are different. */
type Box<T> = { readonly value: T; readonly isAny: 0 extends 1 & T ? true : false };
type Same<A, B> = [Box<A>, Box<B>] extends [Box<B>, Box<A>] ? true : never;
const same = <A, B>(_proof: Same<A, B>): void => undefined;

// servers and applications
const listener = listen(createServer());
listen(createSecureServer(), {});
listen((request: IncomingMessage, response: ServerResponse) => response.end(request.url));
// @ts-expect-error -- a port is not a server
listen(8080);
// @ts-expect-error -- a server is required
listen();

// named events
interface FromClient {
  add(a: number, b: number, answer: (sum: number) => void): void;
}
interface ToClient {
  news(text: string): void;
  ask(question: string, answer: (reply: string) => void): void;
}
listener.on('connection', (client: Client<FromClient, ToClient>) => {
  client.events.on('add', (a, b, answer) => answer(a + b));
  client.events.emit('news', 'hello').emit('ask', 'how are you?', (reply) => reply.trim());
  client.events.volatile.emit('news', 'now');
  // @ts-expect-error -- the client does not send such an event
  client.events.on('subtract', () => undefined);
  // @ts-expect-error -- the text is missing
  client.events.emit('news');
  // @ts-expect-error -- a number is not a text
  client.events.emit('news', 1);
});
listener.on('connection', (client) => {
  client.events.on('anything', (a: number, b: string) => [a, b]);
  client.events.emit('anything', 1, { two: 2 }, (answer: unknown) => answer);
  client.events.timeout(1000).emit('ask', (error: unknown, answer: unknown) => error ?? answer);
});

// options
listen(createServer(), {
  origins: ['example.com:*'],
  transports: ['websocket', 'xhr-polling'],
  transportOptions: { websocket: { timeout: null }, 'xhr-polling': { duration: 10_000 } },
  log: null,
  onClientConnect: (client: Client) => client.send('hello'),
});
// @ts-expect-error -- a string is expected
listen(createServer(), { resource: 1 });
// @ts-expect-error -- the name is `origins`
listen(createServer(), { origin: 'example.com:*' });
// @ts-expect-error -- the name is `heartbeatInterval`
listen(createServer(), { transportOptions: { websocket: { heartbeatIntervall: 1 } } });
listen(createServer(), { trustProxy: 1 });
listen(createServer(), { trustProxy: ['loopback', '10.0.0.0/8'] });
// @ts-expect-error -- milliseconds are numbers
listen(createServer(), { transportOptions: { websocket: { timeout: '8s' } } });
// @ts-expect-error -- a verdict is true, false or a Denial
listen(createServer(), { authorize: () => 'no' });

// events of a Listener
listener.on('connection', function (client) {
  same<typeof client, Client>(true);
  same<typeof this, Listener>(true);
});
listener.on('clientMessage', (message, client) => {
  same<typeof message, unknown>(true);
  same<typeof client, Client>(true);
});
listener.on('clientDisconnect', (_client, reason) => same<typeof reason, DisconnectReason>(true));
listener.once('refused', (refusal) => {
  same<typeof refusal, Refusal>(true);
  same<typeof refusal.code, RefusalCode>(true);
});
listener.broadcast({ n: 1 }).broadcast('x', 'id').broadcast('x', ['id', 'id2']).close();
listener
  .close()
  .close()
  .on('connection', () => undefined);
void (async () => same<Awaited<ReturnType<typeof listener.close>>, void>(true));
// @ts-expect-error -- ids are text or numbers
listener.broadcast('x', { id: 1 });
same<(typeof listener)['clients'], Record<string, Client>>(true);

// events of a client: known events are typed, others are allowed
listener.on('connection', (client) => {
  client.on('message', (message) => {
    same<typeof message, unknown>(true);
    // @ts-expect-error -- the type of a message is not known
    message.toUpperCase();
  });
  client.once('disconnect', (reason) => {
    same<typeof reason, DisconnectReason>(true);
    // @ts-expect-error -- not a reason
    if (reason === 'bored') client.send('');
  });
  client.on('my own', (one: number, two: string) => client.send([one, two]));
  client.emit('my own', 1, 'two');
  same<(typeof client)['request'], IncomingMessage>(true);
  same<(typeof client)['connection'], Socket>(true);
  same<(typeof client)['remoteAddress'], string | undefined>(true);
  client.send('chained').broadcast({ to: 'others' }).disconnect();
  client.options.closeTimeout = 1000;
  // @ts-expect-error -- read-only
  client.sessionId = '1';
});

// codec and version
same<typeof version, '0.6.18'>(true);
same<ReturnType<typeof encode>, string>(true);
same<ReturnType<typeof decode>, string[]>(true);

// custom transports
class Slow extends Polling {
  static readonly transportName = 'slow';

  protected answer(payload: string): void {
    this.response.end(payload);
  }
}
listen(createServer(), { transports: ['websocket', Slow] });
class Nameless extends Streaming {
  protected readonly wrap = (payload: string): Buffer => Buffer.from(payload);
  protected writeHead(): void {}
}
// @ts-expect-error -- a transport needs a name
listen(createServer(), { transports: [Nameless] });
