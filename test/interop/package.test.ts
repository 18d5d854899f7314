import { expect } from 'chai';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as io from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { WebsocketDriver, XhrPollingDriver } from '../support/drivers/index.js';
import { serve } from '../support/server.js';
import { requireOfApp } from './app-folder.js';
import { request } from '../support/raw.js';

describe('package under the name of socket.io', () => {
  const folders = ['socket.io', 'socket.io/lib/socket.io'];

  for (const folder of folders) {
    it(`has the modules of 0.6 below ${folder}`, () => {
      const app = requireOfApp();
      expect(app(folder)).to.equal(io);
      expect(app(`${folder}/index`)).to.equal(io);
      expect(app(`${folder}/listener`)).to.equal(io.Listener);
      expect(app(`${folder}/client`)).to.equal(io.Client);
      expect(app(`${folder}/utils`)).to.deep.equal({ encode: io.encode, decode: io.decode });
    });

    for (const name of [
      'websocket',
      'flashsocket',
      'htmlfile',
      'xhr-multipart',
      'xhr-polling',
      'jsonp-polling',
    ]) {
      it(`has the transport ${name} below ${folder}`, () => {
        const type = requireOfApp()(`${folder}/transports/${name}`) as { transportName: string };
        expect(type.transportName).to.equal(name);
      });
    }
  }

  it('exposes _serveClient, which dnode 0.5 used for its script', () => {
    let script = '';
    const lent = io.Listener.prototype._serveClient.call(
      { _clientFiles: {} } as unknown as io.Listener,
      'socket.io.js',
      { method: 'GET', url: '/socket.io/socket.io.js', headers: {} } as IncomingMessage,
      {
        writeHead: () => undefined,
        end: (buffer: unknown) => (script = String(buffer)),
      } as unknown as ServerResponse,
    );
    expect(lent).to.equal(true);
    expect(script).to.contain('setPath');
  });

  it('reports a version of 0.6', () => {
    expect(io.version.substring(0, 3)).to.equal('0.6');
  });
});

/** How many times io.listen writes to the standard output. */
function writes(options: io.ListenerOptions): number {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  let count = 0;
  stdout.write = () => (count++, true);
  try {
    const server = createServer();
    const listener = io.listen(server, { flashPolicyServer: false, ...options });
    afterThisTest(() => listener.close());
    server.emit('listening');
  } finally {
    stdout.write = write;
  }
  return count;
}

describe('io.listen(server, options) as applications of 2011 called it', () => {
  it('logs to the standard output, and nothing with log: null or false', () => {
    expect(writes({})).to.equal(1);
    expect(writes({ log: null })).to.equal(0);
    expect(writes({ log: false })).to.equal(0);
  });

  it('passes each line of the log to a function', async () => {
    const lines: string[] = [];
    const { port } = await serve({ log: (line: string) => lines.push(line) });
    await new XhrPollingDriver(port).open();
    expect(lines[0]).to.equal('socket.io ready - accepting connections');
    expect(lines[1]).to.equal('Initializing client with transport "xhr-polling"');
    expect(lines).to.have.length(3);
  });

  it('accepts a resource with slashes, inside and around it', async () => {
    for (const resource of ['1/reflector', '/1/reflector/']) {
      const { port, io: listener } = await serve({ resource });
      const driver = await new WebsocketDriver(port, { resource: '1/reflector' }).open();
      expect(listener.clients).to.have.property(driver.sessionId);
      const script = await request(port, '/1/reflector/socket.io.js');
      expect(script.status).to.equal(200);
    }
  });

  it('serves the listed transports, and leaves the paths of others to the application', async () => {
    const { port } = await serve({ transports: ['websocket', 'flashsocket'] });
    await new WebsocketDriver(port).open();
    expect((await request(port, '/socket.io/xhr-polling/')).body).to.equal('app');
  });

  it('gives clients the timings of their transport, which may be changed', async () => {
    const transportOptions = { 'xhr-polling': { duration: 50, closeTimeout: 300_000 } };
    const { port, client } = await serve({ transportOptions });
    const driver = await new XhrPollingDriver(port).open();
    const { options } = await client(driver.sessionId);
    expect(options).to.include({ duration: 50, closeTimeout: 300_000, timeout: null });
    options.closeTimeout = 0;
    expect((await client(driver.sessionId)).options.closeTimeout).to.equal(0);
    expect(transportOptions['xhr-polling'].closeTimeout).to.equal(300_000);
  });
});
