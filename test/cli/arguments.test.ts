import { expect } from 'chai';
import { parseCommand, UsageError } from '../../lib/cli/arguments.js';

describe('parseCommand()', () => {
  it('fills in the defaults of connect', () => {
    expect(parseCommand(['connect', 'localhost:8080'])).to.deep.equal({
      name: 'connect',
      url: 'http://localhost:8080',
      transports: [],
      origin: undefined,
      headers: {},
      raw: false,
      reconnect: false,
      wait: undefined,
      ca: undefined,
      insecure: false,
      json: false,
      record: undefined,
    });
  });

  it('parses every option of connect, before and after the URL', () => {
    const args = ['-t', 'websocket', 'connect', 'wss://a/b?c', '--transport=xhr-polling', '-j'];
    args.push('-o', 'http://o', '-H', 'A: b: c', '--raw', '--reconnect', '--wait', '1.5');
    args.push('--ca', 'file', '--insecure', '--record', 'file.jsonl');
    expect(parseCommand(args)).to.deep.equal({
      name: 'connect',
      url: 'wss://a/b?c',
      transports: ['websocket', 'xhr-polling'],
      origin: 'http://o',
      headers: { A: 'b: c' },
      raw: true,
      reconnect: true,
      wait: 1.5,
      ca: 'file',
      insecure: true,
      json: true,
      record: 'file.jsonl',
    });
  });

  it('parses serve', () => {
    const local = { name: 'serve', port: 8080, host: '127.0.0.1', flashPolicy: false };
    expect(parseCommand(['serve'])).to.deep.equal(local);
    const open = { name: 'serve', port: 0, host: '0.0.0.0', flashPolicy: true };
    expect(parseCommand(['serve', '-p', '0', '--host', '0.0.0.0', '--flash-policy'])).to.deep.equal(
      open,
    );
  });

  it('parses replay', () => {
    const local = {
      name: 'replay',
      file: 'a',
      port: 8080,
      host: '127.0.0.1',
      speed: 1,
      inTurn: false,
    };
    expect(parseCommand(['replay', 'a'])).to.deep.equal(local);
    const args = ['replay', 'a', '--speed', '0.5', '--in-turn', '-p', '0', '--host', '0.0.0.0'];
    const slow = { speed: 0.5, inTurn: true, port: 0, host: '0.0.0.0' };
    expect(parseCommand(args)).to.deep.equal({ ...local, ...slow });
    expect(parseCommand(['replay', 'a', '--fast'])).to.deep.equal({ ...local, speed: Infinity });
  });

  for (const [args, message] of [
    [['replay'], 'replay needs the file of a recording'],
    [['replay', 'a', 'b'], "replay takes one file, got also 'b'"],
    [['replay', 'a', '--json'], '--json is not an option of replay'],
    [['replay', 'a', '--flash-policy'], '--flash-policy is not an option of replay'],
    [
      ['replay', 'a', '--fast', '--speed', '2'],
      'Expected only one of --fast and --speed, got both',
    ],
    [
      ['replay', 'a', '--speed', '0'],
      "Expected --speed to be a number above 0, at most 1000000, got '0'",
    ],
    [['serve', '--fast'], '--fast is not an option of serve'],
    [['serve', '--record', 'a'], '--record is not an option of serve'],
    [['connect', 'a', '--in-turn'], '--in-turn is not an option of connect'],
    [[], 'Missing command: connect, serve or replay'],
    [['conect'], "Unknown command 'conect'; expected connect, serve or replay"],
    [['connect'], 'connect needs a URL'],
    [['connect', 'a', 'b'], "connect takes one URL, got also 'b'"],
    [['connect', 'a', '--bad'], "Unknown option '--bad'"],
    [['connect', 'a', '--port', '1'], '--port is not an option of connect'],
    [
      ['connect', 'a', '-t', 'flash'],
      "Unknown transport 'flash'; expected one of websocket, server-events, xhr-polling",
    ],
    [['connect', 'a', '-H', 'nonsense'], "Expected --header to be 'Name: value', got 'nonsense'"],
    [['connect', 'a', '--wait', 'x'], "Expected --wait to be a number from 0 to 2147483, got 'x'"],
    [['serve', 'here'], "serve takes no arguments, got 'here'"],
    [['serve', '-p', '65536'], "Expected --port to be a number from 0 to 65535, got '65536'"],
    [['serve', '--json'], '--json is not an option of serve'],
  ] as const) {
    it(`throws a UsageError for ${args.join(' ') || 'no arguments'}: ${message}`, () => {
      expect(() => parseCommand(args)).to.throw(UsageError, message);
    });
  }
});
