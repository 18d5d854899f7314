import { expect } from 'chai';
import { decode } from '../../../lib/protocol/frames.js';
import { FakeTransport, fakeSocket, fakeTransports, install } from './fakes.js';

function open() {
  install();
  const made = fakeTransports('first');
  const fake = fakeSocket();
  fake.socket.connect();
  const transport = made[0] as FakeTransport;
  return { transport, ...fake };
}

function connected() {
  const fake = open();
  fake.transport.onData('~m~3~m~123');
  fake.events.length = 0;
  return fake;
}

describe('client Transport', () => {
  describe('#onData()', () => {
    it('delivers several messages of one payload, each with its type', () => {
      const { transport, events } = connected();
      transport.onData('~m~4~m~text~m~10~m~~j~{"a":1}~m~5~m~~j~"x~m~0~m~~m~6~m~~j~"x"');
      expect(events).to.deep.equal([
        ['message', 'text'],
        ['message', { a: 1 }],
        ['message', {}],
        ['message', ''],
        ['message', 'x'],
      ]);
    });

    it('delivers messages that follow the session id in the same payload', () => {
      const { transport, events } = open();
      transport.onData('~m~3~m~123~m~2~m~hi');
      expect(events).to.deep.equal([['connecting', 'first'], ['connect'], ['message', 'hi']]);
    });

    it('uses the first message of a session as its id, whatever its content', () => {
      const { transport } = open();
      transport.onData('~m~18~m~{"session_id":"x"}');
      expect(transport.sessionid).to.equal('{"session_id":"x"}');
    });

    it('echoes heartbeats and does not emit them as messages', () => {
      const { transport, events } = connected();
      transport.onData('~m~4~m~~h~7~m~1~m~x');
      expect(events).to.deep.equal([['message', 'x']]);
      expect(transport.encode(transport.sent[0])).to.equal('~m~4~m~~h~7');
    });

    it('delivers the rest of a payload when a listener throws, and rethrows the error later', () => {
      const clock = install();
      const made = fakeTransports('first');
      const { socket, events } = fakeSocket();
      socket.connect();
      socket.on('message', () => {
        throw new Error('of the page');
      });
      made[0]?.onData('~m~3~m~123~m~1~m~a~m~1~m~b');
      expect(events.slice(2)).to.deep.equal([
        ['message', 'a'],
        ['message', 'b'],
      ]);
      expect(() => clock.tick(0)).to.throw('of the page');
    });

    it('drops the rest of a payload after a listener has disconnected', () => {
      const { transport, socket, events } = connected();
      socket.on('message', () => socket.disconnect());
      transport.onData('~m~1~m~a~m~1~m~b');
      expect(events.map(([name]) => name)).to.deep.equal(['message', 'close', 'disconnect']);
    });

    it('calls the methods that pages of 2011 override', () => {
      const { transport, socket, events } = connected();
      const seen: unknown[] = [];
      socket._onMessage = function (message) {
        seen.push(message);
        this.onMessage(message);
      };
      transport.onData('~m~1~m~a');
      expect(seen).to.deep.equal(['a']);
      expect(events).to.deep.equal([['message', 'a']]);
    });
  });

  describe('#onDisconnect()', () => {
    it('can be replaced, as pages of 2011 do', () => {
      const { transport, socket, names } = connected();
      transport.onDisconnect = function () {
        this.connected = false;
        this.base.onDisconnect();
      };
      transport.onTimeout();
      expect(names()).to.deep.equal(['close', 'disconnect']);
      expect(socket.reconnecting).to.equal(true);
    });
  });

  describe('#encode()', () => {
    it('frames a message, or several in an array', () => {
      const { transport } = open();
      expect(transport.encode('a')).to.equal('~m~1~m~a');
      expect(transport.encode(['a', null, 1, { b: 2 }, [3, 4]])).to.equal(
        '~m~1~m~a~m~0~m~~m~1~m~1~m~10~m~~j~{"b":2}~m~3~m~3,4',
      );
    });

    it('sends text that UTF-8 cannot encode as JSON', () => {
      const { transport } = open();
      for (const text of ['\ud800', 'a\udc00', '\udc00\ud800', 'x\ud83dy']) {
        const [json] = decode(transport.encode(text));
        expect(json, JSON.stringify(text)).to.match(/^~j~"[ -~]*"$/);
        expect(JSON.parse((json as string).slice(3))).to.equal(text);
      }
      expect(transport.encode('😀')).to.equal('~m~2~m~😀');
    });

    it('escapes such text within objects, for browsers that do not', () => {
      const { transport } = open();
      expect(transport._escape('~j~"\ud800😀"')).to.equal('~j~"\\ud800\\ud83d\\ude00"');
    });
  });

  describe('#prepareUrl()', () => {
    it('returns the URL of a new session, or of the current one', () => {
      const { transport } = open();
      expect(transport.prepareUrl()).to.equal('http://example.com:8080/socket.io/first/');
      transport.sessionid = '123';
      expect(transport.prepareUrl()).to.equal('http://example.com:8080/socket.io/first/123');
    });
  });
});
