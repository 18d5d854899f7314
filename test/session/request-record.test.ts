import { expect } from 'chai';
import type { IncomingMessage, Server } from 'node:http';
import { type Client, type ListenerOptions } from '../../lib/index.js';
import { HixieDriver, WebsocketDriver } from '../support/drivers/index.js';
import { serve } from '../support/server.js';
import { V1Client } from '../support/v1.js';

/** Changes a request before the Listener receives it, as a program that wraps `emit` does. */
type Change = (request: IncomingMessage) => void;

interface Opened {
  readonly client: Client;
  /** The request as Node made it. */
  readonly original: IncomingMessage;
}

/** The requests that a server emits as `name`, changed before the Listener receives them. */
function record(server: Server, name: string, change: Change): IncomingMessage[] {
  const originals: IncomingMessage[] = [];
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  server.emit = (event: string, ...args: unknown[]) => {
    if (event === name) {
      change(args[0] as IncomingMessage);
      originals.push(args[0] as IncomingMessage);
    }
    return emit(event, ...args);
  };
  return originals;
}

async function open(
  Driver: typeof WebsocketDriver | typeof HixieDriver = WebsocketDriver,
  options: ListenerOptions = {},
  change: Change = () => {},
): Promise<Opened> {
  const { server, port, client } = await serve(options);
  const originals = record(server, 'upgrade', change);
  const headers = { Cookie: 'a=b', 'X-Forwarded-For': '192.0.2.1' };
  const { sessionId } = await new Driver(port, { headers }).open();
  return { client: await client(sessionId), original: originals[0] as IncomingMessage };
}

describe('The request of a WebSocket session', () => {
  for (const Driver of [WebsocketDriver, HixieDriver]) {
    it(`is made again when it is first read (${Driver.name})`, async () => {
      const { client, original } = await open(Driver);
      const { request } = client;
      expect(request).to.not.equal(original);
      expect(request.headers).to.deep.equal(original.headers);
      expect(request.rawHeaders).to.deep.equal(original.rawHeaders);
      for (const name of ['url', 'method', 'httpVersion', 'socket', 'connection', 'complete']) {
        expect(Reflect.get(request, name), name).to.equal(Reflect.get(original, name));
      }
      expect(request).to.be.an.instanceOf(original.constructor);
    });
  }

  it('remains the same object once it is read, with the properties of the application', async () => {
    const { client } = await open();
    Reflect.set(client.request, 'user', 'ann');
    expect(Reflect.get(client.request, 'user')).to.equal('ann');
  });

  it('can be replaced by the application', async () => {
    const { client, original } = await open();
    client.request = original;
    expect(client.request).to.equal(original);
  });

  const seen: Record<string, ListenerOptions> = {
    'a handler of connection': { onConnection: ({ request }: Client) => request.url },
    authorize: { authorize: () => true },
    generateId: { generateId: () => 'id' },
  };
  for (const [where, options] of Object.entries(seen)) {
    it(`is the object of Node if ${where} has received it`, async () => {
      const { client, original } = await open(WebsocketDriver, options);
      expect(client.request).to.equal(original);
    });
  }

  const changes: Record<string, Change> = {
    'has a property of the application': (request) => Reflect.set(request, 'user', 'ann'),
    'has a symbol of a tracer': (request) => Reflect.set(request, Symbol('span'), {}),
    'has an added header': ({ headers }) => (headers['x-request-id'] = '1'),
    'has a changed header': ({ headers }) => (headers.cookie = 'c=d'),
    'lacks a header': ({ headers }) => delete headers.cookie,
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`is the object of Node if it ${what}`, async () => {
      const { client, original } = await open(WebsocketDriver, {}, change);
      expect(client.request).to.equal(original);
    });
  }

  it('has the URL that a program rewrote before', async () => {
    const { client } = await open(WebsocketDriver, {}, (request) => (request.url += '?user=ann'));
    expect(client.request.url).to.match(/\?user=ann$/);
  });
});

async function openV1(options: ListenerOptions = {}, change: Change = () => {}): Promise<Opened> {
  const { server, port, client } = await serve(options);
  const originals = record(server, 'request', change);
  const { sessionId } = await V1Client.open(port, 'token=a');
  return { client: await client(sessionId), original: originals[0] as IncomingMessage };
}

describe('The request of a handshake of 0.9', () => {
  it('is made again when it is first read', async () => {
    const { client, original } = await openV1();
    const { request } = client;
    expect(request).to.not.equal(original);
    expect(request).to.be.an.instanceOf(original.constructor);
    expect(client.handshake?.request).to.equal(request);
    expect(request.rawHeaders).to.deep.equal(original.rawHeaders);
    for (const name of ['url', 'method', 'httpVersion', 'upgrade', 'complete']) {
      expect(Reflect.get(request, name), name).to.equal(Reflect.get(original, name));
    }
    expect(client.handshake?.query).to.deep.equal({ token: 'a' });
  });

  it('is the object of Node if authorize has received it, or it has a property of the application', async () => {
    const seen = await openV1({ authorize: () => true });
    expect(seen.client.request).to.equal(seen.original);
    const changed = await openV1({}, (request) => Reflect.set(request, 'user', 'ann'));
    expect(changed.client.request).to.equal(changed.original);
  });
});
