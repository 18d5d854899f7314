import { expect } from 'chai';
import createDebug from 'debug';
import { format } from 'node:util';
import { VARIANTS } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { serve } from '../support/server.js';
import { until } from '../support/wait.js';
import { afterThisTest } from '../support/cleanup.js';
import { request } from '../support/raw.js';

/** What is written under DEBUG=socket.io* until the test is over. */
function listenIn(): string[] {
  const lines: string[] = [];
  const log = Object.getOwnPropertyDescriptor(createDebug, 'log') ?? {};
  createDebug.log = (...parts: unknown[]) => lines.push(format(...parts));
  createDebug.enable('socket.io*');
  afterThisTest(() => {
    createDebug.disable();
    Object.defineProperty(createDebug, 'log', log);
  });
  return lines;
}

describe('DEBUG=socket.io*', () => {
  for (const { name, create } of VARIANTS) {
    it(`logs the steps of a client of ${name}, without its complete session id`, async () => {
      const lines = listenIn();
      const { io, port, client: find } = await serve();
      io.on('connection', (client) => client.on('message', (message) => client.send(message)));
      const driver = await create(port).open();
      const client = await find(driver.sessionId);
      await driver.send(framed('hello'));
      expect(await driver.next()).to.equal('hello');
      await request(port, `/socket.io/${driver.transport}/${'1'.repeat(38)}/send/1`);
      client.disconnect();
      await until(() => !client.connected);
      const story = lines.join('\n');
      expect(story).to.include(`${driver.sessionId.slice(0, 6)}…`);
      expect(story).to.match(/new → open/);
      expect(story).to.match(/→ closed/);
      for (const line of lines) expect(line).to.equal(line.trimEnd());
      expect(story).to.not.include(driver.sessionId);
    });
  }

  it('logs the origin of a refused request', async () => {
    const lines = listenIn();
    const { port } = await serve({ origins: 'example.com:*' });
    const headers = { Origin: 'http://localhost:8080' };
    await request(port, '/socket.io/htmlfile', { headers });
    await request(port, '/socket.io/xhr-polling/123/1');
    const refusals = lines.filter((line) => line.includes(' answered '));
    expect(refusals[0]).to.match(
      /, origin http:\/\/localhost:8080, answered 403 ERR_SIO_FORBIDDEN/,
    );
    expect(refusals[1]).to.match(/, origin none, answered 404 ERR_SIO_UNKNOWN_SESSION/);
  });
});
