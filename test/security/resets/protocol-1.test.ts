/**
 * Resets at the steps that only sessions of 0.9 have.
 *
 * @module
 */
import { expect } from 'chai';
import { RawSocket, requestBytes } from '../../support/raw.js';
import { flushEventLoop, until } from '../../support/wait.js';
import { OF_09 } from './dialects.js';
import { Path, RESETS, type Joined } from './path.js';

/** Sends a packet on the connection, or by a POST. */
async function sendPacket(path: Path, { raw, client }: Joined, packet: string): Promise<void> {
  const bytes = path.dialect.packet?.(path.known(client.sessionId), packet);
  if (!bytes) throw new Error('Expected a dialect of 0.9');
  const sender = path.dialect.isHttp ? await RawSocket.connect(path.served.port) : raw;
  sender.write(bytes);
}

for (const dialect of OF_09) {
  for (const reset of RESETS) {
    describe(`a session on ${dialect.name} whose connection is reset ${reset}`, () => {
      it('during the handshake, and during the connection after it, leaves nothing', async () => {
        const path = await Path.create(dialect, reset);
        const lost = await path.dial();
        path.kill(lost);
        const answered = await path.dial();
        const { body } = await answered.readResponse();
        path.kill(answered);
        const [sessionId = ''] = body.split(':');
        const raws = [await path.redial(sessionId), await path.redial(sessionId)];
        await flushEventLoop(1);
        for (const raw of raws) path.kill(raw);
        await path.expectNothingLeft();
      });

      it('as it asks for its end by ?disconnect leaves nothing', async () => {
        const path = await Path.create(dialect, reset);
        const { raw, client } = await path.join();
        const request = await RawSocket.connect(path.served.port);
        const url = `/socket.io/1/${client.transport}/${client.sessionId}/?disconnect=1`;
        request.write(requestBytes(url));
        path.kill(raw);
        await until(() => !client.connected, 'the end');
        path.kill(request);
        await path.expectNothingLeft();
      });

      for (const verdict of [true, false]) {
        it(`while its endpoint waits for authorization (${verdict}) leaves nothing`, async () => {
          const path = await Path.create(dialect, reset);
          const verdicts: ((isAllowed: boolean) => void)[] = [];
          const authorize = (): Promise<boolean> =>
            new Promise((resolve) => {
              verdicts.push(resolve);
            });
          const endpoint = path.served.io.of('/chat', { authorize });
          let ends = 0;
          endpoint.on('connection', (member) => member.on('disconnect', () => ends++));
          const joined = await path.join();
          await sendPacket(path, joined, '1::/chat');
          await until(() => verdicts.length === 1, 'the join');
          path.kill(joined.raw);
          verdicts[0]?.(verdict);
          await path.expectNothingLeft();
          expect(endpoint.clients.size).to.equal(0);
          expect(ends).to.be.at.most(1);
        });
      }

      it('in an endpoint informs its program of the end once', async () => {
        const path = await Path.create(dialect, reset);
        const endpoint = path.served.io.of('/chat');
        const reasons: string[] = [];
        endpoint.on('connection', (member) => member.on('disconnect', (why) => reasons.push(why)));
        const joined = await path.join();
        await sendPacket(path, joined, '1::/chat');
        await until(() => endpoint.clients.size === 1, 'the join');
        path.kill(joined.raw);
        await path.expectNothingLeft();
        expect(endpoint.clients.size).to.equal(0);
        expect(reasons).to.deep.equal(['transport close']);
      });

      it('while an answer is pending reports that there is none, once', async () => {
        const path = await Path.create(dialect, reset);
        const { raw, client } = await path.join();
        const errors: unknown[] = [];
        client.events.timeout(5000).emit('ask', (error: unknown) => errors.push(error));
        client.events.emit('ask', (answer: unknown) => errors.push(answer));
        path.kill(raw);
        await path.expectNothingLeft();
        expect(errors).to.have.length(1);
        expect(errors[0]).to.have.property('code', 'ERR_SIO_NO_ANSWER');
      });
    });
  }
}
