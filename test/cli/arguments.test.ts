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
    });
  });

  it('parses every option of connect, before and after the URL', () => {
    const args = ['-t', 'websocket', 'connect', 'wss://a/b?c', '--transport=xhr-polling', '-j'];
    args.push('-o', 'http://o', '-H', 'A: b: c', '--raw', '--reconnect', '--wait', '1.5');
    args.push('--ca', 'file', '--insecure');
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

  for (const [args, message] of [
    [[], 'Missing command: connect or serve'],
    [['conect'], "Unknown command 'conect'; expected connect or serve"],
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
