import { expect } from 'chai';
import {
  Client,
  HttpTransport,
  Polling,
  Streaming,
  Transport,
  type TransportType,
} from '../../lib/index.js';
import { Flashsocket } from '../../lib/transports/websocket/flashsocket.js';
import { JsonpPolling } from '../../lib/transports/http/jsonp-polling.js';
import { ServerEvents } from '../../lib/transports/http/server-events.js';
import { Websocket } from '../../lib/transports/websocket/websocket.js';
import { XhrPolling } from '../../lib/transports/http/xhr-polling.js';
import { VARIANTS } from '../support/drivers/index.js';
import { StreamingDriver } from '../support/drivers/http.js';
import { framed } from '../support/payload.js';
import { serve } from '../support/server.js';
import { until } from '../support/wait.js';
import { Body, type Head } from '../support/raw.js';

/** One line of JSON for each payload: all that it takes to plug a transport in. */
class JsonLines extends Streaming {
  static readonly transportName: string = 'json-lines';

  protected readonly wrap = (payload: string): Buffer =>
    Buffer.from(JSON.stringify(payload) + '\n');

  protected writeHead(): void {
    this.response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    this.response.flushHeaders();
  }
}

/** A transport from the ground up, without the help of a base that writes. */
class Whole extends HttpTransport {
  static readonly transportName: string = 'whole';
  static readonly defaults = {
    timeout: null,
    heartbeatInterval: 1,
    closeTimeout: 1234,
    duration: 1,
  };

  begin(): void {
    this.response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    this.opened();
  }

  write(payload: string): boolean {
    return this.response.write(JSON.stringify(payload) + '\n');
  }

  close(): void {
    this.response.end();
    this.gone();
  }
}

class JsonLinesDriver extends StreamingDriver {
  readonly transport: string;
  protected readonly contentType = 'application/x-ndjson';
  #body: Body | null = null;

  constructor(port: number, transport: string) {
    super(port);
    this.transport = transport;
  }

  async nextPayload(): Promise<string> {
    const line = await (this.#body as Body).bytes.readThrough('\n');
    return JSON.parse(line.toString()) as string;
  }

  async ended(): Promise<void> {
    await this.#body?.done;
  }

  protected begin(head: Head): void {
    this.#body = new Body(this.raw.bytes, head);
  }
}

describe('custom transport', () => {
  for (const type of [JsonLines, Whole]) {
    it(`serves sessions like a built-in one: ${type.name}`, async () => {
      const {
        io,
        port,
        client: find,
      } = await serve({
        transports: ['xhr-polling', type],
        transportOptions: { [type.transportName]: { closeTimeout: 4321 } },
      });
      const driver = await new JsonLinesDriver(port, type.transportName).open();
      const client = await find(driver.sessionId);
      const messages: unknown[] = [];
      client.on('message', (message) => messages.push(message));
      await driver.send(framed('up', '~j~{"a":1}'));
      expect(messages).to.deep.equal(['up', { a: 1 }]);
      io.broadcast('down');
      client.send({ b: 2 });
      expect(await driver.next()).to.equal('down');
      expect(await driver.next()).to.deep.equal({ b: 2 });
      expect(client.transport).to.equal(type.transportName);
      expect(client.options).to.deep.equal({ ...type.defaults, closeTimeout: 4321 });
      expect(client).to.be.instanceOf(type);
      expect(client).to.be.instanceOf(HttpTransport);
      expect(client).to.not.be.instanceOf(XhrPolling);
      client.disconnect();
      await driver.ended();
      expect((await driver.refusal(driver.sessionId)).status).to.equal(404);
    });
  }
});

describe('client instanceof', () => {
  for (const { name, create } of VARIANTS) {
    it(`is true for the transport class of ${name}`, async () => {
      const { port, client: find } = await serve();
      const driver = await create(port).open();
      const client: unknown = await find(driver.sessionId);
      const isA = (type: object): boolean => client instanceof (type as typeof Transport);
      expect(isA(Client)).to.equal(true);
      expect(isA(Transport)).to.equal(true);
      expect(isA(HttpTransport)).to.equal(driver.kind !== 'socket');
      expect(isA(Polling)).to.equal(driver.kind === 'polling');
      expect(isA(Streaming)).to.equal(driver.kind === 'streaming');
      // flashsocket is a websocket, as it was in 0.6
      expect(isA(Websocket)).to.equal(driver.kind === 'socket');
      expect(isA(Flashsocket)).to.equal(driver.transport === 'flashsocket');
      expect(isA(XhrPolling)).to.equal(driver.transport === 'xhr-polling');
      expect(isA(JsonpPolling)).to.equal(driver.transport === 'jsonp-polling');
      expect(isA(ServerEvents)).to.equal(driver.transport === 'server-events');
    });
  }

  it('works as usual for other classes', async () => {
    for (const value of [null, undefined, 1, 'x', {}, () => undefined]) {
      expect(value instanceof (Transport as object as typeof Object)).to.equal(false);
    }
    const connections: unknown[] = [];
    class Remembered extends JsonLines {
      override begin(): void {
        connections.push(this);
        super.begin();
      }
    }
    const { io, port } = await serve({ transports: [Remembered] });
    await new JsonLinesDriver(port, 'json-lines').open();
    await until(() => Object.keys(io.clients).length === 1);
    expect(connections.length).to.equal(1);
    expect(connections[0]).to.be.instanceOf(JsonLines);
    expect(connections[0]).to.be.instanceOf(Transport);
    expect(connections[0]).to.not.be.instanceOf(Polling);
  });
});

describe('TransportServer.claims', () => {
  it('claims a path that names no transport, and no other requests', async () => {
    const requests: string[] = [];
    const type: TransportType = {
      transportName: 'protocol-9',
      defaults: JsonLines.defaults,
      create: () => ({
        claims: ({ path }, { url = '' }) => path.startsWith('9/') || url.includes('?EIO=9'),
        handle({ request, response, rest, client }) {
          requests.push(request.url ?? '');
          response?.end(JSON.stringify({ rest, isNew: client === undefined }));
        },
      }),
    };
    const { port } = await serve({ transports: ['xhr-polling', type] });
    const get = async (path: string): Promise<readonly [number, string]> => {
      const response = await fetch(`http://127.0.0.1:${port}/socket.io/${path}`);
      return [response.status, await response.text()];
    };
    expect(await get('9/a/b')).to.deep.equal([200, '{"rest":"b","isNew":true}']);
    expect(await get('?EIO=9&x')).to.deep.equal([200, '{"rest":"","isNew":true}']);
    await get('8/a/b');
    expect((await get('xhr-polling/9/b'))[0]).to.equal(404);
    expect(requests).to.deep.equal(['/socket.io/9/a/b', '/socket.io/?EIO=9&x']);
  });

  it('closes the transport with its Listener', async () => {
    let closed = 0;
    const type: TransportType = {
      transportName: 'closing',
      defaults: JsonLines.defaults,
      create: () => ({ handle: () => undefined, close: () => void closed++ }),
    };
    const { io } = await serve({ transports: [type] });
    io.close();
    expect(closed).to.be.above(0);
  });
});
