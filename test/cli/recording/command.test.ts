/**
 * `connect --record` and `replay`, in processes of their own.
 *
 * @module
 */
import { expect } from 'chai';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { parseRecording } from '../../../lib/cli/recording/recording.js';
import { afterThisTest } from '../../support/cleanup.js';
import { VARIANTS } from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { listenOnLoopback, serve } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { V1_VARIANTS } from '../../support/v1-drivers.js';
import { Run } from '../run.js';

const HEAD = '{"format":"socket.io-node recording","version":1}';

/** A path in a folder that is removed after the test. */
function temporaryFile(name = 'a.jsonl'): string {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'));
  afterThisTest(() => rmSync(folder, { recursive: true }));
  return join(folder, name);
}

function recordingOf(...lines: readonly object[]): string {
  const file = temporaryFile();
  writeFileSync(file, [HEAD, ...lines.map((line) => JSON.stringify(line)), ''].join('\n'));
  return file;
}

/** The entries of a file, without their times. */
function entriesIn(file: string): object[] {
  return parseRecording(readFileSync(file), file).map((entry) => {
    const { at: _, ...rest } = entry;
    return rest;
  });
}

/** True if the head of the file and so many entries are written. */
function hasEntries(file: string, count: number): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').split('\n').length === count + 2;
}

/** Starts `replay`; returns its port. */
async function replay(...args: string[]): Promise<[run: Run, port: number]> {
  const run = new Run('replay', '--port', '0', ...args);
  await run.shows(/at (?:http|ws):\/\/localhost:\d+/);
  return [run, Number(/localhost:(\d+)/.exec(run.out)?.[1])];
}

const says = (from: 'server' | 'client', data: unknown): object => ({
  type: 'message',
  from,
  data,
});

describe('connect --record', () => {
  it('writes the messages of both sides, which only the owner can read', async () => {
    const { io, port } = await serve();
    io.on('connection', (client) => {
      client.send(['hello', { n: 1 }]);
      client.on('message', (message) => client.send({ got: message }));
    });
    const file = temporaryFile();
    const run = new Run('connect', `127.0.0.1:${port}`, '--record', file, '--wait', '0.5');
    await run.shows('< {"n":1}');
    run.type('hi\n').end();
    expect(await run.code()).to.equal(0);
    expect(entriesIn(file)).to.deep.equal([
      { type: 'connect' },
      says('server', 'hello'),
      says('server', { n: 1 }),
      says('client', 'hi'),
      says('server', { got: 'hi' }),
      { type: 'disconnect', from: 'client' },
    ]);
    const [head = ''] = readFileSync(file, 'utf8').split('\n');
    const { recorded, ...rest } = JSON.parse(head) as { recorded: string };
    expect(rest).to.deep.equal(JSON.parse(HEAD));
    expect(Date.parse(recorded)).to.be.a('number');
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it('writes a session of 0.9 for replay, and input that waits for the connection behind it', async () => {
    const { io, port } = await serve({
      authorize: () => new Promise((resolve) => setTimeout(() => resolve(true), 500)),
    });
    io.on('connection', (client) => {
      client.on('message', (message) => client.send({ got: message }));
    });
    const file = temporaryFile();
    const url = `127.0.0.1:${port}`;
    const run = new Run('connect', url, '--protocol', '0.9', '--record', file, '--wait', '0.5');
    run.type('early\n');
    await run.shows('{"got":"early"}');
    run.end();
    expect(await run.code()).to.equal(0);
    expect(entriesIn(file)).to.deep.equal([
      { type: 'connect' },
      says('client', 'early'),
      says('server', { got: 'early' }),
      { type: 'disconnect', from: 'client' },
    ]);
    const [, replayPort] = await replay(file, '--fast');
    const driver = await V1_VARIANTS[0]!.open(replayPort);
    expect(await driver.next()).to.equal('4:::{"got":"early"}');
  });

  it('writes no session id, header, cookie or URL', async () => {
    const { io, port } = await serve();
    const ids: string[] = [];
    io.on('connection', (client) => {
      ids.push(client.sessionId);
      client.send({ you: client.sessionId, text: `you are ${client.sessionId}` });
      setImmediate(() => client.disconnect());
    });
    const file = temporaryFile();
    const url = `http://user:pass-word@127.0.0.1:${port}`;
    const run = new Run('connect', url, '--record', file, '-H', 'X-Secret: header-value');
    expect(await run.code()).to.equal(3);
    const text = readFileSync(file, 'utf8');
    expect(ids).to.have.lengthOf(1);
    for (const secret of [...ids, 'header-value', 'pass-word', '127.0.0.1']) {
      expect(text).to.not.include(secret);
    }
    expect(entriesIn(file)[1]).to.deep.equal(
      says('server', { you: '[session id]', text: 'you are [session id]' }),
    );
    expect(entriesIn(file).at(-1)).to.deep.equal({ type: 'disconnect', from: 'server' });
  });

  it('writes JSON of --raw as a value', async () => {
    const { io, port } = await serve();
    io.on('connection', (client) => client.send([{ n: 1 }, '{"m":"text"}']));
    const file = temporaryFile();
    const run = new Run('connect', `127.0.0.1:${port}`, '--raw', '--record', file);
    await until(() => hasEntries(file, 3), 'three entries');
    expect(entriesIn(file).slice(1)).to.deep.equal([
      says('server', { n: 1 }),
      says('server', '{"m":"text"}'),
    ]);
    run.child.kill('SIGINT');
    expect(await run.code()).to.equal(130);
  });

  it('does not overwrite a file, and reports one that cannot be written', async () => {
    const file = recordingOf();
    const before = readFileSync(file, 'utf8');
    const run = new Run('connect', '127.0.0.1:1', '--record', file);
    expect(await run.code()).to.equal(2);
    expect(run.err).to.include(
      `Cannot write --record: ${file} exists; expected the name of a new file`,
    );
    expect(readFileSync(file, 'utf8')).to.equal(before);
    const nowhere = new Run('connect', '127.0.0.1:1', '--record', join(file, 'b'));
    expect(await nowhere.code()).to.equal(2);
    expect(nowhere.err).to.include('Cannot write --record: ENOTDIR');
  });
});

describe('replay', () => {
  const session = [
    { at: 0, type: 'connect' },
    { at: 0, ...says('server', 'hello') },
    { at: 0, ...says('server', { id: '[session id]' }) },
    { at: 100_000, ...says('server', ['a', 1]) },
    { at: 200_000, ...says('server', '~j~not JSON') },
    { at: 300_000, type: 'event', from: 'server', name: 'news', args: ['x'] },
    { at: 400_000, type: 'disconnect', from: 'server' },
  ];

  for (const { name, create } of VARIANTS) {
    it(`serves a session over ${name}`, async () => {
      const [run, port] = await replay(recordingOf(...session), '--fast');
      const driver = create(port);
      await driver.open();
      const messages: unknown[] = [];
      for (let i = 0; i < 5; i++) messages.push(await driver.next());
      expect(messages).to.deep.equal([
        'hello',
        { id: driver.sessionId },
        ['a', 1],
        '~j~not JSON',
        { name: 'news', args: ['x'] },
      ]);
      await driver.ended();
      expect(run.out).to.match(/a\.jsonl: 5 messages of 400\.0 s, at http:\/\/localhost:\d+\n/);
      await run.shows(
        `client 1: connected with ${driver.transport}\nclient 1: the recording has ended\n`,
      );
    });
  }

  for (const variant of V1_VARIANTS) {
    it(`serves a session of 0.9 over ${variant.name}`, async () => {
      const [, port] = await replay(recordingOf(...session), '--fast');
      const driver = await variant.open(port);
      const packets: string[] = [];
      for (let i = 0; i < 6; i++) packets.push(await driver.next());
      expect(packets).to.deep.equal([
        '3:::hello',
        `4:::{"id":"${driver.sessionId}"}`,
        '4:::["a",1]',
        '3:::~j~not JSON',
        '5:::{"name":"news","args":["x"]}',
        '0::',
      ]);
    });
  }

  it('serves a session of questions and answers in turn', async () => {
    const [, port] = await replay(
      recordingOf(
        { at: 0, type: 'connect' },
        { at: 0, ...says('client', 'one') },
        { at: 0, ...says('server', 'first') },
        { at: 0, ...says('client', 'two') },
        { at: 0, ...says('server', 'second') },
        { at: 0, type: 'disconnect', from: 'server' },
      ),
      '--fast',
      '--in-turn',
    );
    const run = new Run('connect', `127.0.0.1:${port}`);
    await run.shows('connected with');
    run.type('something else\n');
    await run.shows('< first\n');
    expect(run.out).to.not.include('second');
    run.type('more\n');
    expect(await run.code()).to.equal(3);
    expect(run.out).to.include('< second\n');
  });

  it('divides the pauses by --speed', async () => {
    const file = recordingOf(
      { at: 0, ...says('server', 'a') },
      { at: 40_000, ...says('server', 'b') },
      { at: 41_000, type: 'disconnect', from: 'server' },
    );
    const [, port] = await replay(file, '--speed', '1000');
    const run = new Run('connect', `127.0.0.1:${port}`, '--json');
    expect(await run.code()).to.equal(3);
    const messages = run.events().filter(({ event }) => event === 'message');
    expect(messages.map(({ data }) => data)).to.deep.equal(['a', 'b']);
  });

  it('serves what connect has recorded: the same again', async () => {
    const { io, port } = await serve();
    io.on('connection', (client) => {
      client.send(['text', { n: 1 }, 'ü\u2028</script>', '~h~1', '']);
      client.on('message', (message) => client.send({ got: message }).disconnect());
    });
    const files = [temporaryFile(), temporaryFile()];
    const original = new Run('connect', `127.0.0.1:${port}`, '--record', files[0] as string);
    await original.shows('< ~h~1');
    original.type('hi\n');
    await original.code();
    const [, again] = await replay(files[0] as string, '--in-turn');
    const copy = new Run('connect', `127.0.0.1:${again}`, '--record', files[1] as string);
    await copy.shows('< ~h~1');
    copy.type('hi\n');
    await copy.code();
    const [one, other] = files.map(entriesIn);
    expect(one).to.have.lengthOf(9);
    expect(other).to.deep.equal(one);
  });

  it('serves a feed that begins with an object, at any path', async () => {
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => {
      const greeting = '{"session_id":"<0.123.45>_feed","auth_token":"t","release":"r/1"}';
      socket.send(framed(greeting, '{"m":"quote","id":"<0.123.45>_feed"}'));
      socket.once('message', () => socket.close());
    });
    const port = await listenOnLoopback(server);
    const file = temporaryFile();
    const feed = new Run('connect', `ws://127.0.0.1:${port}/feed?x=1`, '--record', file);
    await feed.shows('"m":"quote"');
    feed.type('subscribe\n');
    await feed.code();
    expect(readFileSync(file, 'utf8')).to.not.include('<0.123.45>');
    const handshake = { session_id: '[session id]', auth_token: '[redacted]', release: 'r/1' };
    expect(entriesIn(file)[0]).to.deep.equal({ type: 'connect', handshake });

    const [run, again] = await replay(file);
    expect(run.out).to.include('1 message of ');
    const copy = new Run('connect', `ws://127.0.0.1:${again}/feed?x=1`, '--json');
    await copy.shows('"event":"message"');
    const [, connected, quote] = copy.events();
    const { session_id: id, ...rest } = connected!['handshake'] as { session_id: string };
    expect(id).to.match(/^[\da-f-]{36}$/);
    expect(rest).to.deep.equal({ auth_token: '[redacted]', release: 'r/1' });
    expect(quote).to.deep.equal({ event: 'message', data: `{"m":"quote","id":"${id}"}` });
  });

  it('sends as fast as the client reads, and no faster', async () => {
    const lines: object[] = [];
    const text = 'x'.repeat(10_000);
    for (let i = 0; i < 3000; i++) lines.push({ at: i, ...says('server', `${i} ${text}`) });
    const [, port] = await replay(recordingOf(...lines), '--fast');
    const driver = VARIANTS[0]?.create(port);
    if (!driver) throw new Error('The variant does not exist');
    await driver.open();
    for (let i = 0; i < 3000; i++) {
      const message = String(await driver.next());
      if (!message.startsWith(`${i} x`)) throw new Error(`Expected ${i}, got ${message}`);
    }
  });

  it('reports files that are not recordings, with the line', async () => {
    const file = temporaryFile('b.jsonl');
    writeFileSync(file, `${HEAD}\n{"at":0,"type":"conect"}\n`);
    const run = new Run('replay', file);
    expect(await run.code()).to.equal(2);
    expect(run.err).to.include(
      `${file}:2: Expected \`type\` to be one of connect, message, event, disconnect, got "conect"; did you mean "connect"?`,
    );
    const nowhere = new Run('replay', join(file, 'c'));
    expect(await nowhere.code()).to.equal(2);
    expect(nowhere.err).to.include('Cannot read the recording: ENOTDIR');
  });

  it('reports a port that is in use', async () => {
    const file = recordingOf();
    const [, port] = await replay(file);
    const run = new Run('replay', file, '--port', String(port));
    expect(await run.code()).to.equal(1);
    expect(run.err).to.equal(
      `Cannot listen on 127.0.0.1:${port}: the port is in use; try --port\n`,
    );
  });
});
