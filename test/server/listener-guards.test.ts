import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { createServer, Server, type RequestListener } from 'node:http';
import { listen } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { WebsocketDriver, XhrPollingDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { listenOnLoopback, QUIET, serve } from '../support/server.js';
import { request } from '../support/raw.js';

const answering =
  (name: string): RequestListener =>
  (incoming, response) => {
    response.end(`${name} ${incoming.url}`);
  };

const rejecting: unknown = () => Promise.reject(new Error('of the application'));

/** The body of the response to `/page`, while sessions work. */
async function page(port: number): Promise<string> {
  const driver = await new XhrPollingDriver(port).open();
  expect(await driver.send(framed('x'))).to.equal(undefined);
  return (await request(port, '/page')).body;
}

describe('request listeners of the application', () => {
  it('can be removed and replaced after listen', async () => {
    const first = answering('first');
    const server = createServer(first);
    listen(server, QUIET);
    const port = await listenOnLoopback(server);
    expect(await page(port)).to.equal('first /page');
    const second = answering('second');
    server.off('request', first).on('request', second);
    expect(await page(port)).to.equal('second /page');
    server.removeListener('request', second).addListener('request', answering('third'));
    expect(await page(port)).to.equal('third /page');
    expect(server.listenerCount('request')).to.equal(2);
  });

  it('can all be removed and replaced after listen, while sessions and upgrades continue', async () => {
    const server = createServer(answering('first'));
    const io = listen(server, QUIET);
    const port = await listenOnLoopback(server);
    for (const name of ['second', 'third']) {
      for (const event of ['request', 'upgrade']) server.removeAllListeners(event);
      server.on('request', answering(name));
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect(await page(port)).to.equal(`${name} /page`);
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      await new WebsocketDriver(port).open();
    }
    io.close();
    server.removeAllListeners('request').removeAllListeners('upgrade');
    expect(server.listenerCount('request') + server.listenerCount('upgrade')).to.equal(0);
    expect(Object.keys(server)).not.to.include('removeAllListeners');
  });

  it('continue with ours if a program replaces them and calls the old ones', async () => {
    const { server, port } = await serve({}, answering('old'));
    const old = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request').on('request', (incoming, response) => {
      if (incoming.url === '/new') response.end('new');
      else for (const listener of old) Reflect.apply(listener, server, [incoming, response]);
    });
    expect(await page(port)).to.equal('old /page');
    expect((await request(port, '/new')).body).to.equal('new');
  });

  it('are called once if they are added by once, and not for a request of ours', async () => {
    const { server, port } = await serve({}, () => undefined);
    server.once('request', answering('once'));
    await new XhrPollingDriver(port).open();
    expect((await request(port, '/page')).body).to.equal('once /page');
    expect(server.listenerCount('request')).to.equal(2);
    const never = answering('never');
    server.once('request', never).off('request', never);
    expect(server.listenerCount('request')).to.equal(2);
  });

  it('are as they were after the Listener has closed, those added later too', () => {
    const [first, second, third, fourth] = ['1', '2', '3', '4'].map(answering);
    const server = createServer(first);
    const on: unknown = Reflect.get(server, 'on');
    const io = listen(server, QUIET);
    server
      .on('request', second as RequestListener)
      .prependListener('request', third as RequestListener);
    io.close();
    server.on('request', fourth as RequestListener);
    expect(server.rawListeners('request')).to.deep.equal([third, first, second, fourth]);
    expect(Reflect.get(server, 'on')).to.equal(on);
    expect(Object.keys(server)).not.to.include('on');
  });

  it('have their rejections captured, whether they are older or later', async () => {
    EventEmitter.captureRejections = true;
    const [older, later] = [createServer(), createServer()];
    EventEmitter.captureRejections = false;
    older.on('request', rejecting as RequestListener);
    listen(older, QUIET);
    listen(later, QUIET);
    later.on('request', rejecting as RequestListener);
    // the class answers a captured rejection with 500
    expect((await request(await listenOnLoopback(older), '/page')).status).to.equal(500);
    expect((await request(await listenOnLoopback(later), '/page')).status).to.equal(500);
  });

  it('run in the span of a tracer that wraps the emit of the class', async () => {
    const spans = new AsyncLocalStorage<string>();
    const emit = Reflect.get(Server.prototype, 'emit') as Server['emit'];
    afterThisTest(() => {
      Server.prototype.emit = emit;
    });
    const server = createServer();
    const io = listen(server, QUIET);
    Server.prototype.emit = function (this: Server, event: string, ...args: unknown[]): boolean {
      const go = (): boolean => Reflect.apply(emit, this, [event, ...args]);
      return event === 'request' ? spans.run((args[0] as { url: string }).url, go) : go();
    } as typeof emit;
    server.on('request', (_incoming, response) => response.end(`span ${spans.getStore()}`));
    const spanOfSession = new Promise((resolve) => {
      io.on('connection', () => resolve(spans.getStore()));
    });
    const port = await listenOnLoopback(server);
    expect(await page(port)).to.equal('span /page');
    expect(await spanOfSession).to.match(/^\/socket\.io\/xhr-polling\/\//);
  });

  it('receive no request of another copy of the package on the same server', async () => {
    const server = createServer(answering('app'));
    const one = listen(server, { ...QUIET, resource: 'one' });
    const path = require.resolve('../../lib/index.js');
    const copies = Object.entries(require.cache).filter(([name]) => name.includes('/build/lib/'));
    for (const [name] of copies) delete require.cache[name];
    const copy = require(path) as { listen: typeof listen };
    for (const [name, module] of copies) require.cache[name] = module;
    expect(copy.listen).not.to.equal(listen);
    const two = copy.listen(server, { ...QUIET, resource: 'two' });
    server.on('request', () => undefined);
    const port = await listenOnLoopback(server);
    await new XhrPollingDriver(port, { resource: 'one' }).open();
    await new XhrPollingDriver(port, { resource: 'two' }).open();
    expect((await request(port, '/page')).body).to.equal('app /page');
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    expect((await request(port, '/nowhere', { headers })).status).to.equal(404);
    one.close();
    await new XhrPollingDriver(port, { resource: 'two' }).open();
    expect((await request(port, '/one/xhr-polling//1')).body).to.match(/^app/);
    two.close();
    expect((await request(port, '/two/xhr-polling//1')).body).to.match(/^app/);
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
});
