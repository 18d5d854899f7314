import { expect } from 'chai';
import { Socket, type SocketOptions } from '../../../client/node/index.js';

function create(options: unknown): Socket {
  return new Socket('http://localhost', options as SocketOptions);
}

describe('Socket', () => {
  describe('#constructor()', () => {
    it('takes options from the parts of a URL', () => {
      const socket = new Socket('https://example.com:8443/chat/xhr-polling?x=1');
      expect(socket.host).to.equal('example.com');
      expect(socket.options).to.include({ secure: true, port: '8443', resource: 'chat' });
      expect(socket.options.transports).to.deep.equal(['xhr-polling']);
      expect(socket.transport?.type).to.equal('xhr-polling');
    });

    it('takes a host and options, as the browser client does', () => {
      const socket = new Socket('example.com', { port: 8080, secure: true });
      expect(socket.host).to.equal('example.com');
      expect(socket.options).to.include({ secure: true, port: 8080, resource: 'socket.io' });
      expect(socket.options.transports).to.deep.equal([
        'websocket',
        'server-events',
        'xhr-polling',
      ]);
    });

    it('prefers options to the URL and does not modify them', () => {
      const options: SocketOptions = Object.freeze({ transports: ['websocket'], resource: 'b' });
      const socket = new Socket('http://example.com/a/xhr-polling', options);
      expect(socket.options).to.include({ resource: 'b' });
      expect(socket.options.transports).to.deep.equal(['websocket']);
    });

    it('treats undefined as the default or the value of the URL', () => {
      expect(create({ connectTimeout: undefined }).options.connectTimeout).to.equal(5000);
      const options = { secure: undefined } as unknown as SocketOptions;
      expect(new Socket('https://example.com', options).options.secure).to.equal(true);
    });

    for (const [options, what] of [
      [{ header: {} }, 'Unknown option `header`; did you mean `headers`?'],
      [{ toString: 1 }, 'Unknown option `toString`'],
      [{ headers: { a: 1 } }, 'Expected `headers` to be an object of strings, got'],
      [{ headers: [] }, 'Expected `headers` to be an object of strings, got []'],
      [{ maxPayload: -1 }, 'Expected `maxPayload` to be a number, 0 or more, got -1'],
      [{ maxQueue: NaN }, 'Expected `maxQueue` to be a number, 0 or more, got NaN'],
      [{ raw: 'yes' }, "Expected `raw` to be a boolean, got 'yes' (string)"],
      [{ port: 65536 }, 'Expected `port` to be a port, got 65536'],
      [
        { transports: ['flashsocket'] },
        'Expected `transports` to be an array with at least one of',
      ],
      [
        { agent: {} },
        'Expected `agent` to be an http.Agent, an object with addRequest(), false or null, got {}',
      ],
      [{ agent: true }, 'Expected `agent` to be an http.Agent, an object with addRequest()'],
      [{ messageTimeout: -1 }, 'Expected `messageTimeout` to be a number, 0 or more, got -1'],
      [{ serverMaxPayload: '1' }, 'Expected `serverMaxPayload` to be a number, 0 or more'],
      [{ beforeConnect: {} }, 'Expected `beforeConnect` to be a function, got {}'],
      [{ signal: {} }, 'Expected `signal` to be an AbortSignal, got {}'],
      [{ protocols: [1] }, 'Expected `protocols` to be a string or an array of strings, got'],
      [null, 'Expected `options` to be an object, got null (object)'],
    ] as const) {
      it(`throws a TypeError: ${what}`, () => {
        expect(() => create(options)).to.throw(TypeError, what);
      });
    }
  });
});
