import { expect } from 'chai';
import { get, type IncomingMessage } from 'node:http';
import { HttpTransport } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { ManualClock } from '../support/clock.js';
import { cacheBuster } from '../support/drivers/http.js';
import { VARIANTS, WebsocketDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { form, request } from '../support/raw.js';
import { serve } from '../support/server.js';
import { V1Client } from '../support/v1.js';
import { until } from '../support/wait.js';

const TEXT = 'grüße 🙂';
const PAYLOAD = framed(TEXT);
const SIZE: number = Buffer.byteLength(PAYLOAD);

/** The bytes of a payload on the wire of a transport; undefined: the body of a stream, see below. */
function bytesOut(name: string): number | undefined {
  if (/hixie|websocket|flashsocket/.test(name)) return SIZE + 2;
  if (name === 'xhr-polling') return SIZE;
  if (name === 'jsonp-polling')
    return Buffer.byteLength(`io.JSONP[0]._(${JSON.stringify(PAYLOAD)});`);
  return undefined;
}

describe('the payloads and bytes of listener.stats()', () => {
  for (const { name, create } of VARIANTS) {
    it(`are those of the wire: ${name}`, async () => {
      const { io, port, client: find } = await serve();
      const driver = await create(port).open();
      const client = await find(driver.sessionId);
      const { payloads, bytes } = io.stats();
      expect(payloads).to.deep.equal({ in: 0, out: 1 });
      await driver.send(PAYLOAD);
      const isPost = driver.kind !== 'socket';
      await until(() => io.stats().payloads.in === 1, 'the message');
      expect(io.stats().bytes.in).to.equal(isPost ? Buffer.byteLength(form(PAYLOAD)) : SIZE);
      client.send(TEXT);
      expect(await driver.next()).to.equal(TEXT);
      expect(io.stats().payloads).to.deep.equal({ in: 1, out: 2 });
      const size = bytesOut(name);
      if (size !== undefined) expect(io.stats().bytes.out - bytes.out).to.equal(size);
    });
  }

  for (const transport of ['htmlfile', 'xhr-multipart', 'server-events']) {
    it(`are those of the body of a stream: ${transport}`, async () => {
      const { io, port } = await serve();
      const path = `/socket.io/${transport}//${cacheBuster()}`;
      const response = await new Promise<IncomingMessage>((resolve) => {
        const sent = get({ port, path, agent: false }, resolve);
        afterThisTest(() => sent.destroy());
      });
      let received = 0;
      response.on('data', (chunk: Buffer) => (received += chunk.length));
      const [client] = Object.values(io.clients);
      client?.send('first');
      // The head of the body has arrived with what was sent first.
      await until(() => received > 0, 'the head of the body');
      await request(port, '/');
      const before = { received, out: io.stats().bytes.out };
      client?.send(TEXT).send([TEXT, 'x'.repeat(70_000)]);
      io.broadcast('to all');
      const sent = io.stats().bytes.out - before.out;
      expect(sent).to.be.above(70_000);
      await until(() => received - before.received >= sent, 'the rest');
      await request(port, '/');
      expect(received - before.received).to.equal(sent);
      expect(io.stats().payloads.out).to.equal(5);
    });
  }

  it('are counted for a transport of the application', async () => {
    class Lines extends HttpTransport {
      static readonly transportName: string = 'lines';
      static readonly defaults = { timeout: null, closeTimeout: 1000 };

      begin(): void {
        this.response.writeHead(200);
        this.opened();
      }

      write(payload: string): boolean {
        return this.response.write(`${payload}\n`) || true;
      }

      close(): void {
        this.response.end();
        this.onClose();
      }
    }
    const { io, port } = await serve({ transports: [Lines] });
    const sent = get({ port, path: '/socket.io/lines//1' }, (response) => response.resume());
    afterThisTest(() => sent.destroy());
    await until(() => Object.keys(io.clients).length === 1, 'the session');
    const [client] = Object.values(io.clients);
    const before = io.stats();
    expect(before.payloads).to.deep.equal({ in: 0, out: 1 });
    client?.send(TEXT);
    io.broadcast([TEXT, TEXT]);
    const { payloads, bytes, messages, sessions } = io.stats();
    expect(payloads).to.deep.equal({ in: 0, out: 3 });
    expect(bytes.out - before.bytes.out).to.equal(3 * SIZE);
    expect(messages.out).to.equal(3);
    expect(sessions.byTransport).to.deep.equal({ lines: 1 });
  });
});

describe('listener.stats()', () => {
  it('counts heartbeats, and those that are not answered', async () => {
    const clock = new ManualClock();
    const { io, port, client: find } = await serve({ clock });
    const driver = await new WebsocketDriver(port).open();
    await find(driver.sessionId);
    clock.tick(10_000);
    expect(await driver.next()).to.equal('~h~1');
    expect(io.stats().heartbeats).to.deep.equal({ sent: 1, missed: 0 });
    await driver.send(framed('~h~1'));
    await until(() => io.stats().payloads.in === 1, 'the echo');
    clock.tick(10_000);
    expect(io.stats().heartbeats).to.deep.equal({ sent: 2, missed: 0 });
    // The heartbeat itself has moved bytes; twice nothing has.
    for (let i = 0; i < 4; i++) clock.tick(10_000);
    expect(io.stats().heartbeats.missed).to.equal(1);
    expect(io.stats().messages).to.include({ in: 0, out: 0 });
    clock.tick(10_000);
    expect(io.stats().ends['heartbeat timeout']).to.equal(1);
  });

  it('reports handshakes that wait', async () => {
    const decide: ((verdict: boolean) => void)[] = [];
    const { io, port } = await serve({
      authorize: () => new Promise<boolean>((resolve) => decide.push(resolve)),
    });
    const opening = new WebsocketDriver(port).open();
    await until(() => io.stats().handshakes.waiting === 1, 'the handshake');
    expect(io.stats().sessions.current).to.equal(0);
    decide[0]?.(true);
    await opening;
    expect(io.stats().handshakes.waiting).to.equal(0);
  });

  it('reports sessions between polls as detached, and those that end as closing', async () => {
    const { io, port } = await serve();
    const { body } = await request(port, '/socket.io/xhr-polling//1');
    expect(io.stats().sessions.byState).to.deep.equal({ open: 0, detached: 1, closing: 0 });
    const sessionId = body.replace(/^~m~\d+~m~/, '');
    io.clients[sessionId]?.send('last').disconnect();
    const { sessions, bytes } = io.stats();
    expect(sessions.byState).to.deep.equal({ open: 0, detached: 0, closing: 1 });
    expect(bytes.waiting).to.equal(framed('last').length);
    // The last poll, without which the session would end after `closeTimeout`.
    const last = await request(port, `/socket.io/xhr-polling/${sessionId}/1`);
    expect(last.body).to.equal(framed('last'));
  });

  it('counts volatile events that a client cannot take', async () => {
    const { io, port } = await serve();
    const polls = await request(port, '/socket.io/xhr-polling//1');
    expect(polls.status).to.equal(200);
    for (const client of Object.values(io.clients)) client.events.volatile.emit('now', 1);
    expect(io.stats().messages).to.deep.equal({ in: 0, out: 0, dropped: 1 });
    const v1 = await V1Client.open(port);
    io.clients[v1.sessionId]?.events.volatile.emit('now', 1);
    expect(io.stats().messages).to.deep.equal({ in: 0, out: 1, dropped: 1 });
  });

  it('counts named events and messages of endpoints', async () => {
    const { io, port } = await serve();
    io.of('/chat').on('connection', (client) => client.events.emit('hi', 1));
    const v1 = await V1Client.open(port);
    v1.send('1::/chat');
    expect(await v1.next()).to.equal('1::/chat');
    expect(await v1.next()).to.match(/^5::\/chat/);
    v1.send('3::/chat:a');
    v1.send('5::/chat:{"name":"b","args":[]}');
    v1.send('5:::{"name":"c"}');
    await until(() => io.stats().messages.in === 3, 'three messages');
    io.of('/chat').broadcast('d').broadcastEvent('e', [1]);
    expect(io.stats().messages).to.deep.equal({ in: 3, out: 3, dropped: 0 });
  });

  it('returns a copy, which does not change', async () => {
    const { io, port } = await serve();
    const before = io.stats();
    await request(port, '/socket.io/xhr-polling/77/1');
    expect(before.refusals.ERR_SIO_UNKNOWN_SESSION).to.equal(0);
    expect(io.stats().refusals.ERR_SIO_UNKNOWN_SESSION).to.equal(1);
  });
});
