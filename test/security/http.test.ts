import { expect } from 'chai';
import { ReceiveBuffer } from '../../lib/util/receive-buffer.js';
import { VARIANTS } from '../support/drivers/index.js';
import { serve } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';
import { expectAlive, expectNothingLeft } from '../support/checks.js';
import { HANDSHAKE, HIXIE_75, HIXIE_76, KEY3 } from '../support/frames.js';
import { RawSocket, request, requestBytes } from '../support/raw.js';
import { openPolling, sendBytes, statusOf } from '../support/requests.js';
import { cpuMsOf } from '../support/cpu.js';

const LIMIT = 5000;

/** A chunked POST of `pieces`, and no end of it. */
function chunked(path: string, pieces: readonly string[]): string {
  const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`);
  return `POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks.join('')}`;
}

/** A complete request or response of each kind, for cutting off. */
function requests(id: string): readonly Buffer[] {
  const body = 'data=~m~2~m~hi';
  const gets = [
    'xhr-polling//1',
    'jsonp-polling//1/0',
    'htmlfile',
    'xhr-multipart',
    'server-events',
  ];
  return [
    ...gets.map((path) => requestBytes(`/socket.io/${path}`)),
    requestBytes(`/socket.io/xhr-polling/${id}/send`, { method: 'POST', body }),
    requestBytes('/socket.io/websocket', { headers: HANDSHAKE }),
    requestBytes('/socket.io/websocket', { headers: HIXIE_75 }),
    Buffer.concat([requestBytes('/socket.io/websocket', { headers: HIXIE_76 }), KEY3]),
  ];
}

describe('security: HTTP input', () => {
  it('CVE-2020-36048: answers an announced body above maxPayload with 413 and closes', async () => {
    const { port, io } = await serve({ maxPayload: LIMIT });
    const id = await openPolling(port);
    const path = `/socket.io/xhr-polling/${id}/send`;
    const sizes = [
      [LIMIT, 200],
      [LIMIT - 1, 200],
      [LIMIT + 1, 413],
      [10 * LIMIT, 413],
    ] as const;
    for (const [size, status] of sizes) {
      const answer = await request(port, path, { method: 'POST', body: 'x'.repeat(size) });
      expect(answer.status).to.equal(status);
      expect(answer.headers['connection']).to.equal(status === 413 ? 'close' : 'keep-alive');
    }
    // not one byte of it is waited for
    const raw = await sendBytes(
      port,
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 9e15\r\n\r\n`,
    );
    expect((await raw.readHead()).status).to.equal(400);
    const huge = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 9007199254740993\r\n\r\n`;
    expect(await statusOf(port, huge)).to.equal(413);
    expect(io.clients[id]?.connected).to.equal(true);
  });

  it('CVE-2020-36048: answers a chunked body above maxPayload with 413 and closes, in large or tiny chunks', async () => {
    const { port } = await serve({ maxPayload: LIMIT });
    const path = `/socket.io/xhr-polling/${await openPolling(port)}/send`;
    for (const [piece, count] of [
      ['x'.repeat(1000), 6],
      ['x', LIMIT + 1],
    ] as const) {
      const raw = await sendBytes(port, chunked(path, Array<string>(count).fill(piece)));
      const answer = await raw.readResponse();
      expect(answer.status).to.equal(413);
      await until(() => raw.socket.readableEnded, 'the connection to close');
    }
    const fits = chunked(path, Array<string>(LIMIT).fill('x')) + '0\r\n\r\n';
    expect(await statusOf(port, fits)).to.equal(200);
  });

  it('CVE-2020-36048: tiny chunks use no more memory than their bytes', () => {
    const gatherer = new ReceiveBuffer();
    const slab = Buffer.alloc(64, 'x');
    const before = process.memoryUsage();
    for (let i = 0; i < 1_000_000; i++) gatherer.add(slab.subarray(i % 64, (i % 64) + 1));
    const after = process.memoryUsage();
    const growth = after.heapUsed + after.external - before.heapUsed - before.external;
    // a Buffer for each would hold some hundred megabytes
    expect(growth).to.be.below(60_000_000);
    expect(gatherer.take()).to.have.length(1_000_000);
  });

  it('CVE-2020-36049: reads a body in linear time', async () => {
    const { port, io } = await serve({ maxMessages: 0, maxPayload: 0 });
    const id = await openPolling(port);
    let messages = 0;
    io.on('clientMessage', () => messages++);
    const count = 500_000;
    const body = 'data=' + '~m~1~m~%C3%A9'.repeat(count);
    const cpuMs = await cpuMsOf(() =>
      request(port, `/socket.io/xhr-polling/${id}/send`, { method: 'POST', body }),
    );
    expect(messages).to.equal(count);
    // linear takes a second of CPU, quadratic takes minutes
    expect(cpuMs).to.be.below(20_000);
  });

  it('CVE-2022-21676, CVE-2022-41940, CVE-2023-31125: survives a reset at every byte of every request', async () => {
    const served = await serve();
    const { port, io } = served;
    const id = await openPolling(port);
    for (const bytes of requests(id)) {
      const cuts = Array.from({ length: 12 }, (_, i) => Math.floor((bytes.length * (i + 1)) / 12));
      await Promise.all(
        cuts.map(async (cut) => {
          const raw = await sendBytes(port, bytes.subarray(0, cut));
          await flushEventLoop(cut % 7);
          raw.reset();
        }),
      );
    }
    await flushEventLoop();
    for (const client of Object.values(io.clients)) {
      client.send('into the void');
      client._onDisconnect();
    }
    await expectNothingLeft(served);
    await expectAlive(served);
  });

  it('CVE-2022-21676: survives a FIN at every byte of every request', async () => {
    const served = await serve();
    const { port, io } = served;
    const id = await openPolling(port);
    for (const bytes of requests(id)) {
      const cuts = Array.from({ length: 12 }, (_, i) => Math.floor((bytes.length * (i + 1)) / 12));
      const raws = await Promise.all(
        cuts.map(async (cut) => (await sendBytes(port, bytes.subarray(0, cut))).end()),
      );
      await flushEventLoop();
      for (const raw of raws) raw.destroy();
    }
    for (const client of Object.values(io.clients)) client._onDisconnect();
    await expectNothingLeft(served);
    await expectAlive(served);
  });

  it('CVE-2024-38355: emits no unhandled error for a reset while it writes', async () => {
    const served = await serve();
    const { port, io } = served;
    for (const { create } of VARIANTS) {
      const driver = await create(port).open();
      const client = await served.client(driver.sessionId);
      const isOver = new Promise((resolve) => client.on('disconnect', resolve));
      for (let i = 0; i < 200; i++) client.send('x'.repeat(10_000));
      driver.drop();
      for (let i = 0; i < 200; i++) client.send('x'.repeat(10_000));
      client._onDisconnect();
      await isOver;
    }
    await expectNothingLeft(served);
    expect(io.clients).to.deep.equal({});
  });

  it('CVE-2022-41940: closes only the connection whose handshake is followed by invalid frames', async () => {
    const served = await serve();
    const { port } = served;
    const frames = [
      'ff00',
      '80ffffffffff',
      'ffffffff',
      '81fe',
      'c180',
      '8980',
      '83ff7fffffffffffffff',
    ];
    for (const headers of [HANDSHAKE, HIXIE_75, HIXIE_76]) {
      for (const frame of frames) {
        const key3 = headers === HIXIE_76 ? KEY3 : Buffer.alloc(0);
        const head = requestBytes('/socket.io/websocket', { headers });
        const raw = await sendBytes(port, Buffer.concat([head, key3, Buffer.from(frame, 'hex')]));
        raw.end();
        await until(() => raw.socket.readableEnded || raw.socket.closed, 'the end');
      }
    }
    await expectNothingLeft(served);
    await expectAlive(served);
  });

  it('CVE-2022-21676: answers the first of two polls empty, and sends the message to the second', async () => {
    const served = await serve();
    const { port, io } = served;
    const id = await openPolling(port);
    const first = await sendBytes(port, requestBytes(`/socket.io/xhr-polling/${id}/1`));
    await until(() => io.clients[id]?.connections === 2, 'the poll');
    const second = await sendBytes(port, requestBytes(`/socket.io/xhr-polling/${id}/2`));
    expect((await first.readResponse()).body).to.equal('');
    io.clients[id]?.send('hi');
    expect((await second.readResponse()).body).to.equal('~m~2~m~hi');
    // and a hundred of them in one packet
    const many = await RawSocket.connect(port);
    for (let i = 0; i < 100; i++) many.write(requestBytes(`/socket.io/xhr-polling/${id}/${i}`));
    for (let i = 0; i < 99; i++) expect((await many.readResponse()).body).to.equal('');
    await expectAlive(served);
  });

  it('refuses a POST without a session, and reads any Content-Type as a form', async () => {
    const { port, io } = await serve();
    for (const path of ['xhr-polling', 'xhr-polling//send', 'htmlfile/', 'jsonp-polling//1/0']) {
      const answer = await request(port, `/socket.io/${path}`, { method: 'POST', body: 'data=x' });
      expect(answer.status).to.equal(400);
    }
    expect(io.clients).to.deep.equal({});
    const id = await openPolling(port);
    const heard: unknown[] = [];
    io.on('clientMessage', (message) => heard.push(message));
    const types = ['text/plain', 'application/json', 'multipart/form-data; boundary=x', '', ';;;='];
    for (const type of types) {
      const answer = await request(port, `/socket.io/xhr-polling/${id}/send`, {
        method: 'POST',
        headers: { 'Content-Type': type },
        body: 'data=~m~2~m~hi',
      });
      expect(answer.body).to.equal('ok');
    }
    expect(heard).to.deep.equal(types.map(() => 'hi'));
  });

  it('malformed requests: answers odd paths, methods and bodies, and opens no session', async () => {
    const served = await serve();
    const { port, io } = served;
    const id = await openPolling(port);
    const paths = [
      '/socket.io/%',
      '/socket.io/%00',
      '/socket.io/xhr-polling%2F%2F1',
      '/socket.io//xhr-polling//1',
      '/socket.io/xhr-polling/%zz/%c0%80',
      '/socket.io/' + 'x'.repeat(10_000),
      '/socket.io/xhr-polling/' + '9'.repeat(10_000),
      '/socket.io/jsonp-polling//1/' + '9'.repeat(10_000),
      '/socket.io/jsonp-polling//1/<script>',
      '/socket.io/../socket.io/xhr-polling/1',
      '/socket.io/?',
      '/socket.io/?&&==&',
    ];
    for (const path of paths) {
      const status = await statusOf(port, requestBytes(path));
      expect(status, path).to.be.oneOf([200, 400, 404]);
    }
    expect(Object.keys(io.clients)).to.deep.equal([id]);
    for (const bytes of [
      'GET /socket.io/\0 HTTP/1.1\r\nHost: a\r\n\r\n',
      '\0\0\0\0\r\n\r\n',
      'GET\r\n\r\n',
    ]) {
      expect(await statusOf(port, bytes)).to.equal(400);
    }
    for (const method of ['PUT', 'DELETE', 'TRACE', 'PATCH', 'PROPFIND']) {
      for (const transport of ['xhr-polling', 'htmlfile', 'xhr-multipart', 'server-events']) {
        const status = await statusOf(port, requestBytes(`/socket.io/${transport}/`, { method }));
        expect(status, method).to.equal(405);
      }
    }
    await expectAlive(served);
  });

  it('malformed requests: delivers nothing of an invalid form, and never throws', async () => {
    const served = await serve();
    const { port, io } = served;
    const id = await openPolling(port);
    const heard: unknown[] = [];
    io.on('clientMessage', (message) => heard.push(message));
    const bodies = [
      'data=%',
      'data=%c3',
      'data=%E0%A4%A',
      'data=\0',
      'data',
      '=',
      '&&&&',
      'data=~m~2~m~hi&data=~m~2~m~hi',
      'DATA=~m~2~m~hi',
      '--x\r\nContent-Disposition: form-data; name="data"\r\n\r\n~m~2~m~hi',
      'data[]=~m~2~m~hi',
      '__proto__=1&constructor=2',
      Buffer.from([0xff, 0xfe, 0x00]),
    ];
    for (const body of bodies) {
      const path = `/socket.io/xhr-polling/${id}/send`;
      expect((await request(port, path, { method: 'POST', body })).body).to.equal('ok');
    }
    expect(heard).to.deep.equal([]);
    await expectAlive(served);
  });

  it('malformed requests: a body that is shorter or longer than announced loses no message of others', async () => {
    const served = await serve();
    const { port, io } = served;
    const id = await openPolling(port);
    const heard: unknown[] = [];
    io.on('clientMessage', (message) => heard.push(message));
    const head = `POST /socket.io/xhr-polling/${id}/send HTTP/1.1\r\nHost: a\r\nContent-Length: `;
    const short = await sendBytes(port, `${head}1000\r\n\r\ndata=~m~2~m~hi`);
    short.end();
    // what is too much is the next request, and none
    const long = await sendBytes(port, `${head}14\r\n\r\ndata=~m~2~m~hi`);
    expect((await long.readResponse()).body).to.equal('ok');
    long.write('~m~3~m~you');
    expect((await long.readHead()).status).to.equal(400);
    for (const length of ['-1', '1, 2', 'abc', '0x10', '']) {
      expect(await statusOf(port, `${head}${length}\r\n\r\ndata=x`), length).to.equal(400);
    }
    const both = `${head}3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(await statusOf(port, both)).to.equal(400);
    expect(heard).to.deep.equal(['hi']);
    await expectAlive(served);
  });
});
