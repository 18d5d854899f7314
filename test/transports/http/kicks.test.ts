/**
 * The application ends the connection of a client that is between two polls.
 *
 * @module
 */
import { expect } from 'chai';
import type { Client } from '../../../lib/index.js';
import { ManualClock } from '../../support/clock.js';
import { framed } from '../../support/payload.js';
import { RawSocket, request, requestBytes } from '../../support/raw.js';
import { serve, type Served } from '../../support/server.js';
import { flushEventLoop, until } from '../../support/wait.js';

const POLLS = [
  ['xhr-polling', (sid: string) => `/socket.io/xhr-polling/${sid}/1`],
  ['jsonp-polling', (sid: string) => `/socket.io/jsonp-polling/${sid}/1/0`],
] as const;

/** The ways in which the connection of the last poll may be when the application ends it. */
const CONNECTIONS = ['kept alive', 'closed by Node'] as const;

interface Fixture extends Served {
  readonly clock: ManualClock;
  readonly raw: RawSocket;
  readonly session: Client;
  /** Polls on a connection of its own. */
  readonly poll: () => Promise<{ status: number; body: string }>;
}

for (const [transport, path] of POLLS) {
  /** A client whose poll has been answered. */
  async function setUp(
    connection: (typeof CONNECTIONS)[number] = 'kept alive',
    onConnection?: (client: Client) => void,
  ): Promise<Fixture> {
    const clock = new ManualClock();
    const served = await serve({ clock });
    if (onConnection) served.io.on('connection', onConnection);
    const raw = await RawSocket.connect(served.port);
    const headers = { Connection: connection === 'kept alive' ? 'keep-alive' : 'close' };
    raw.write(requestBytes(path(''), { headers }));
    const { body } = await raw.readResponse();
    const sid = /\d{38}/.exec(body)?.[0] ?? '';
    const session = await served.client(sid);
    if (connection === 'closed by Node') await until(() => session.connection.destroyed);
    else await flushEventLoop();
    return { ...served, clock, raw, session, poll: () => request(served.port, path(sid)) };
  }

  describe(`${transport}, between two polls`, () => {
    const kicks: Readonly<Record<string, (client: Client) => unknown>> = {
      'connection.end()': ({ connection }) => connection.end(),
      'connection.destroy()': ({ connection }) => connection.destroy(),
      'connection.resetAndDestroy()': ({ connection }) => connection.resetAndDestroy(),
    };
    for (const [name, kick] of Object.entries(kicks)) {
      for (const connection of CONNECTIONS) {
        it(`ends the session by ${name} on a connection that is ${connection}`, async () => {
          const { session, poll, io } = await setUp(connection);
          kick(session);
          expect(session.disconnectReason).to.equal('server disconnect');
          expect(io.clients).to.deep.equal({});
          expect((await poll()).status).to.equal(404);
        });

        it(`delivers what was sent before ${name}, ${connection}, then ends the session`, async () => {
          const { session, poll } = await setUp(connection);
          session.send('one').send('two');
          kick(session);
          session.send('too late');
          await flushEventLoop();
          expect(session.connected).to.equal(true);
          const { body } = await poll();
          expect(body.replaceAll('\\', '')).to.include(framed('one', 'two'));
          expect(session.disconnectReason).to.equal('server disconnect');
          expect((await poll()).status).to.equal(404);
        });
      }
    }

    it('ends the session by end() on a socket that was kept in a variable', async () => {
      const { session } = await setUp();
      const { connection } = session;
      await flushEventLoop();
      connection.end();
      expect(session.disconnectReason).to.equal('server disconnect');
    });

    it('ends the session after closeTimeout if the client does not poll again', async () => {
      const { session, clock } = await setUp();
      session.send('never read');
      session.connection.end();
      clock.tick(8000 + 20);
      expect(session.disconnectReason).to.equal('server disconnect');
      expect(clock.pending).to.equal(0);
    });

    for (const connection of CONNECTIONS) {
      it(`keeps the session of a program that only reads the socket, ${connection}`, async () => {
        const addresses: unknown[] = [];
        const { session, poll } = await setUp(connection, (client) => {
          addresses.push(client.connection.remoteAddress);
        });
        session.send('x');
        expect((await poll()).body).to.include('x');
        expect([session.connected, addresses]).to.deep.equal([true, ['127.0.0.1']]);
      });
    }

    /** What ends an idle connection without the application having meant the client. */
    const harmless: Readonly<Record<string, (fixture: Fixture) => unknown>> = {
      'the client closes it': ({ raw }) => raw.end(),
      'the client resets it': ({ raw }) => raw.reset(),
      'it times out': ({ session }) => session._socket.emit('timeout'),
      'server.closeIdleConnections()': ({ server }) => server.closeIdleConnections(),
      'the client sends nonsense': ({ raw }) => raw.write('nonsense\r\n\r\n'),
      'the response to another request closes it': ({ raw }) =>
        raw.write(requestBytes('/app', { headers: { Connection: 'close' } })),
    };
    for (const [name, close] of Object.entries(harmless)) {
      it(`keeps the session if ${name}`, async () => {
        const fixture = await setUp('kept alive', (client) => void client.connection);
        const { session, poll } = fixture;
        const { connection } = session;
        await flushEventLoop();
        close(fixture);
        await until(() => connection.destroyed, 'the end of the connection');
        await flushEventLoop();
        session.send('x');
        expect((await poll()).body).to.include('x');
        expect(session.connected).to.equal(true);
      });
    }

    it('keeps the other sessions of a connection that a proxy shares', async () => {
      const { session, raw, io } = await setUp();
      raw.write(requestBytes(path('')));
      const sid = /\d{38}/.exec((await raw.readResponse()).body)?.[0] ?? '';
      const other = io.clients[sid] as Client;
      raw.write(requestBytes(path(sid)));
      await until(() => other._open, 'the poll of the other client');
      expect(session.connection).to.equal(other.connection);
      session.connection.end();
      await until(() => !other._open, 'the end of the connection');
      await flushEventLoop();
      expect(session.disconnectReason).to.equal('server disconnect');
      expect(other.connected).to.equal(true);
    });
  });
}
