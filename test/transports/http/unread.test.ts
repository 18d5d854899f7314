import { expect } from 'chai';
import type { Socket } from 'node:net';
import { XhrPollingDriver } from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { form, RawSocket, request } from '../../support/raw.js';
import { serve } from '../../support/server.js';
import { until } from '../../support/wait.js';

const MEBIBYTE = 1024 * 1024;

describe('Bytes held for one session', () => {
  it('drop a client that leaves answers to its polls unread, beyond `maxBuffer`', async () => {
    const { io, port, server, client: find } = await serve({ maxBuffer: 8 * MEBIBYTE });
    const sockets: Socket[] = [];
    const reasons: string[] = [];
    io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
    server.on('connection', (socket: Socket) => sockets.push(socket));
    const driver = await new XhrPollingDriver(port).open();
    const client = await find(driver.sessionId);
    for (let i = 0; i < 5 && reasons.length === 0; i++) {
      const poll = await RawSocket.connect(port);
      poll.write(`GET /socket.io/xhr-polling/${driver.sessionId}/${i} HTTP/1.1\r\nHost: x\r\n\r\n`);
      poll.socket.pause();
      await until(() => client._open || !client.connected, 'the poll');
      client.send('y'.repeat(7 * MEBIBYTE));
      await until(() => !client._open, 'the answer');
    }
    await until(() => reasons.length > 0, 'the end');
    expect(reasons).to.deep.equal(['queue overflow']);
    const unread = sockets.reduce((sum, { writableLength }) => sum + writableLength, 0);
    expect(unread).to.be.below(16 * MEBIBYTE);
    for (const socket of sockets) socket.destroy();
  });

  it('are released with the session: bodies of POSTs that are not complete', async () => {
    const { port, client: find } = await serve();
    const driver = await new XhrPollingDriver(port).open();
    const client = await find(driver.sessionId);
    const raw = await RawSocket.connect(port);
    raw.write(
      `POST /socket.io/xhr-polling/${driver.sessionId}/send HTTP/1.1\r\nHost: x\r\n` +
        `Content-Length: ${MEBIBYTE}\r\n\r\n`,
    );
    raw.write('data=' + 'x'.repeat(500_000));
    await until(() => client._heldSize >= 500_000, 'the bytes');
    client.disconnect();
    expect(client._heldSize).to.equal(0);
    expect((await raw.readHead()).status).to.equal(404);
    raw.destroy();
  });

  it('are limited by `maxBuffer` for all bodies of a session together', async () => {
    const { port, client: find } = await serve({ maxBuffer: MEBIBYTE, maxPayload: MEBIBYTE });
    const driver = await new XhrPollingDriver(port).open();
    const client = await find(driver.sessionId);
    const path = `/socket.io/xhr-polling/${driver.sessionId}/send`;
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${MEBIBYTE}\r\n\r\n`;
    const first = await RawSocket.connect(port);
    first.write(head + 'data=' + 'x'.repeat(700_000));
    await until(() => client._heldSize >= 700_000, 'the first body');
    const second = await RawSocket.connect(port);
    second.write(head + 'data=' + 'x'.repeat(700_000));
    expect((await second.readHead()).status).to.equal(413);
    expect(client._heldSize).to.be.within(700_000, MEBIBYTE);
    first.destroy();
    second.destroy();
    await until(() => client._heldSize === 0, 'the release');
    const { body } = await request(port, path, { method: 'POST', body: form(framed('x')) });
    expect(body).to.equal('ok');
  });

  it('end a poll whose connection the application has ended while an answer is unread', async () => {
    const {
      io,
      port,
      client: find,
    } = await serve({
      transportOptions: { 'xhr-polling': { duration: 100, closeTimeout: 100 } },
    });
    const driver = await new XhrPollingDriver(port).open();
    const client = await find(driver.sessionId);
    const raw = await RawSocket.connect(port);
    raw.socket.pause();
    raw.write('GET /socket.io/source/socket.io.js HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(300));
    raw.write(`GET /socket.io/xhr-polling/${driver.sessionId}/2 HTTP/1.1\r\nHost: x\r\n\r\n`);
    await until(() => client._open, 'the poll');
    client.connection.end();
    await until(() => !(driver.sessionId in io.clients), 'the end of the session');
    raw.destroy();
  });
});
