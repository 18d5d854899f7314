/**
 * The command in its own process: output, input and exit codes.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { CERTIFICATE_FILE, serveSecurely } from '../client/node/support.js';
import { framed } from '../support/payload.js';
import { listenOnLoopback, serve } from '../support/server.js';
import { until } from '../support/wait.js';
import { PACKAGE, Run } from './run.js';

const OURS = { transports: ['websocket', 'server-events', 'xhr-polling'] };

describe('socket.io-node', () => {
  it('--help prints commands, options and exit codes', async () => {
    for (const args of [['--help'], ['help'], ['connect', '-h']]) {
      const run = new Run(...args);
      expect(await run.code()).to.equal(0);
      expect(run.out).to.match(/connect URL[^]*--transport[^]*--origin[^]*--json[^]*Exit codes/);
      expect(run.err).to.equal('');
    }
  });

  it('--version prints the version of the package', async () => {
    const run = new Run('--version');
    expect(await run.code()).to.equal(0);
    const { version } = require(join(PACKAGE, 'package.json')) as { version: string };
    expect(run.out).to.equal(`${version}\n`);
  });

  for (const [args, message] of [
    [['conect'], "Unknown command 'conect'; expected connect, serve or replay"],
    [['connect', 'ftp://a'], 'Expected a URL of http, https, ws or wss, got ftp://…'],
    [['connect', 'a', '--ca', '/nowhere'], 'Cannot read --ca: ENOENT'],
  ] as const) {
    it(`${args.join(' ')}: ${message}`, async () => {
      const run = new Run(...args);
      expect(await run.code()).to.equal(2);
      expect(run.err.split('\n')[0]).to.include(message);
      expect(run.err).to.include('socket.io-node --help');
      expect(run.out).to.equal('');
    });
  }

  describe('connect', () => {
    it('prints events with times and sends lines', async () => {
      const timings = { websocket: { heartbeatInterval: 50 } };
      const { io, port } = await serve({ ...OURS, transportOptions: timings });
      io.on('connection', (client) => {
        client.send({ hello: 'you' });
        client.on('message', (message) => client.send(`you said ${String(message)}`));
      });
      const run = new Run('connect', `127.0.0.1:${port}`);
      await run.shows(/^ +\d+\.\d{3} {2}connecting with websocket\n/);
      await run.shows(/ {2}connected with websocket in \d+ ms: \d{38}\n/);
      await run.shows('  < {"hello":"you"}\n');
      run.type('a line\n');
      await run.shows('  > a line\n');
      await run.shows('  < you said a line\n');
      await run.shows(/ {2}♥ 1 answered, after \d+\.\d s\n/);
      run.child.kill('SIGINT');
      expect(await run.code()).to.equal(130);
      expect(run.out).to.match(/ {2}disconnected\n$/);
      expect(run.err).to.equal('');
      await until(() => Object.keys(io.clients).length === 0, 'the session to end');
    });

    it('reads values and prints events as JSON with --json', async () => {
      const { io, port } = await serve(OURS);
      io.on('connection', (client) => client.on('message', (message) => client.send(message)));
      const run = new Run('connect', `http://127.0.0.1:${port}`, '--json', '-t', 'xhr-polling');
      run.type('{"a":1}\n"text"\nnonsense\n');
      await until(() => run.out.split('"message"').length > 3, 'the echoes');
      run.child.kill('SIGINT');
      expect(await run.code()).to.equal(130);
      const events = run.events();
      const order = events.map(({ event }) => event).filter((event) => event !== 'error');
      expect(order.slice(0, 4)).to.deep.equal(['connecting', 'connect', 'sent', 'sent']);
      expect(events.filter(({ event }) => event === 'message')).to.deep.equal([
        { event: 'message', data: { a: 1 } },
        { event: 'message', data: 'text' },
      ]);
      const connected = events.find(({ event }) => event === 'connect');
      expect(connected).to.include({ transport: 'xhr-polling' });
      expect(connected?.['handshake']).to.match(/^\d{38}$/);
      expect(connected?.['took']).to.be.a('number');
      expect(events.filter(({ event }) => event === 'error')).to.have.lengthOf(1);
      expect(events.at(-1)).to.deep.equal({ event: 'disconnect' });
    });

    it('stays connected for --wait seconds after the end of the input', async () => {
      const { io, port } = await serve(OURS);
      io.on('connection', (client) => client.on('message', (message) => client.send(message)));
      const run = new Run('connect', `http://127.0.0.1:${port}`, '--wait', '0.3');
      run.type('over\n').end();
      expect(await run.code()).to.equal(0);
      expect(run.out).to.match(/connected with[^]* > over\n[^]*< over\n[^]*disconnected\n$/);
    });

    it('sends --origin and --header', async () => {
      const { server, io, port } = await serve({ ...OURS, origins: 'good.example:*' });
      const seen: unknown[] = [];
      server.prependListener('upgrade', ({ headers }: { headers: Record<string, string> }) => {
        seen.push(headers['x-a'], headers['x-b']);
      });
      io.on('connection', (client) => client.disconnect());
      const headers = ['-H', 'X-A: 1', '-H', 'X-B:2'];
      const run = new Run(
        'connect',
        `ws://127.0.0.1:${port}`,
        '-o',
        'http://good.example',
        ...headers,
      );
      expect(await run.code()).to.equal(3);
      expect(seen).to.deep.equal(['1', '2']);
      const bad = new Run('connect', `ws://127.0.0.1:${port}`, '-o', 'http://bad.example');
      expect(await bad.code()).to.equal(1);
      expect(bad.out).to.match(
        /! The server rejects this client; try --origin \(40[13]: [^\n]+\)\n/,
      );
    });

    it('exits with 3 if the server ends the connection', async () => {
      const { io, port } = await serve(OURS);
      io.on('connection', (client) => setImmediate(() => client.send('bye').disconnect()));
      const run = new Run('connect', `http://127.0.0.1:${port}`);
      expect(await run.code()).to.equal(3);
      expect(run.out).to.match(/< bye\n +\d+\.\d{3} {2}disconnected\n$/);
    });

    it('reconnects with --reconnect', async () => {
      const { io, port } = await serve(OURS);
      let sessions = 0;
      io.on('connection', (client) => {
        if (++sessions === 1) setImmediate(() => client.disconnect());
        else client.send('welcome back');
      });
      const run = new Run('connect', `http://127.0.0.1:${port}`, '--reconnect');
      await run.shows('< welcome back\n');
      expect(run.out).to.match(/disconnected\n[^]*reconnecting, attempt 1\n[^]*connected with/);
      expect(run.out).to.include('! The server does not have this session; it may have restarted');
      expect(run.out).to.not.include('check the path');
    });

    it('retries the first connection with --reconnect', async () => {
      const { server, port } = await serve(OURS);
      server.close();
      await once(server, 'close');
      const run = new Run('connect', `http://127.0.0.1:${port}`, '--reconnect');
      await run.shows('! No server listens at this address');
      await run.shows('reconnecting, attempt 1\n');
      server.listen(port, '127.0.0.1');
      await run.shows('connected with');
    });

    it('prints payloads with their framing with --raw', async () => {
      const { io, port } = await serve({
        ...OURS,
        transportOptions: { websocket: { heartbeatInterval: 50 } },
      });
      io.on('connection', (client) => client.send({ hello: 'you' }));
      const run = new Run('connect', `http://127.0.0.1:${port}`, '--raw');
      await run.shows(/ {2}< ~m~38~m~\d{38}/);
      await run.shows('~m~18~m~~j~{"hello":"you"}\n');
      run.type('a line\n');
      await run.shows('  > ~m~6~m~a line\n');
      await run.shows(/ {2}< ~m~4~m~~h~1\n[^]* {2}> ~m~4~m~~h~1\n/);
      expect(run.out).to.not.match(/♥| {2}[<>] (?!~m~)/);
      const json = new Run('connect', `http://127.0.0.1:${port}`, '--raw', '--json');
      await json.shows('"data":"~j~{\\"hello\\":\\"you\\"}"');
      expect(json.events().find(({ event }) => event === 'payload')).to.include({
        direction: 'received',
      });
    });

    it('prints and reads JSON of any depth', async () => {
      const deep = '['.repeat(100_000) + ']'.repeat(100_000);
      const server = createServer();
      const sockets = new WebSocketServer({ server });
      sockets.on('connection', (socket) => socket.send(framed('an id', `~j~${deep}`)));
      const port = await listenOnLoopback(server);
      const run = new Run('connect', `ws://127.0.0.1:${port}/feed`, '--json');
      await run.shows(`"event":"message","data":${deep}}\n`);
      run.type(`${deep}\n`);
      await run.shows('"event":"error","message":"Maximum call stack size exceeded"');
      run.type('"still here"\n');
      await run.shows('"event":"sent","data":"still here"');
    });

    it('explains why it cannot connect', async () => {
      const run = new Run('connect', 'http://127.0.0.1:1', '-t', 'websocket');
      run.type('never sent\n');
      expect(await run.code()).to.equal(1);
      expect(run.out).to.not.include('never sent');
      expect(run.out).to.include(
        '! No server listens at this address (connect ECONNREFUSED 127.0.0.1:1)\n',
      );
      const { port } = await serve(OURS);
      const lost = new Run('connect', `http://127.0.0.1:${port}/nowhere`, '-t', 'xhr-polling');
      expect(await lost.code()).to.equal(1);
      expect(lost.out).to.include('! No Socket.IO 0.6 server responds at this address\n');
    });

    it('escapes control characters of messages', async () => {
      const { io, port } = await serve(OURS);
      io.on('connection', (client) => client.send('\u001b]0;title\u0007\u009b2J\u007f'));
      const run = new Run('connect', `http://127.0.0.1:${port}`);
      await run.shows('< \\u001b]0;title\\u0007\\u009b2J\\u007f\n');
      const json = new Run('connect', `http://127.0.0.1:${port}`, '--json');
      await json.shows('"\\u001b]0;title\\u0007\\u009b2J\\u007f"');
    });
  });

  describe('serve', () => {
    it('serves the demo, to which connect can connect', async () => {
      const demo = new Run('serve', '--port', '0');
      await demo.shows(/Chat at http:\/\/localhost:\d+\//);
      const port = /localhost:(\d+)/.exec(demo.out)?.[1] ?? '';
      const page = await fetch(`http://127.0.0.1:${port}/`);
      expect(await page.text()).to.include('socket.io.js');
      const run = new Run('connect', `http://127.0.0.1:${port}`);
      await run.shows('< {"buffer":[]}\n');
      const taken = new Run('serve', '--port', port);
      expect(await taken.code()).to.equal(1);
      expect(taken.err).to.include(
        `Cannot listen on 127.0.0.1:${port}: the port is in use; try --port\n`,
      );
    });

    it('opens port 843 with --flash-policy only', async () => {
      // reports each port instead of listening on 843
      const hook = `
        import net from 'node:net';
        const { listen } = net.Server.prototype;
        net.Server.prototype.listen = function (port, ...args) {
          process.stderr.write('[listen ' + port + ']');
          return listen.call(this, port === 843 ? 0 : port, ...args);
        };
      `;
      const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
      for (const [flags, ports] of [
        [[], '[listen 0]'],
        [['--flash-policy'], '[listen 843][listen 0]'],
      ] as const) {
        const demo = new Run(env, 'serve', '--port', '0', ...flags);
        await demo.shows(/Chat at/);
        expect(demo.err.match(/\[listen \d+\]/g)?.join('')).to.equal(ports);
      }
    });

    it('listens on --host', async () => {
      const nowhere = new Run('serve', '--port', '0', '--host', '192.0.2.1'); // TEST-NET-1, RFC 5737
      expect(await nowhere.code()).to.equal(1);
      expect(nowhere.err).to.include('Cannot listen on 192.0.2.1:0: ');
    });
  });

  it('trusts the certificates of --ca, and all with --insecure', async () => {
    const url = `https://127.0.0.1:${await serveSecurely()}`;
    const strict = new Run('connect', url, '-t', 'websocket');
    expect(await strict.code()).to.equal(1);
    expect(strict.out).to.include('The certificate is self-signed; try --ca FILE, or --insecure');
    for (const trust of [['--ca', CERTIFICATE_FILE], ['--insecure']]) {
      const run = new Run('connect', url, ...trust);
      await run.shows(/connected with websocket/);
    }
  });
});
