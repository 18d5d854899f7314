import { expect } from 'chai';
import { CloseKind } from '../../../client/core/transport.js';
import { fakeSocket, fakeTransports, install } from './fakes.js';

const CONNECT_TIMEOUT_MS = 5000;

describe('client Socket', () => {
  describe('#connect()', () => {
    it('connects with the first supported transport, and has a session id on connect', () => {
      install();
      const made = fakeTransports('first', 'second');
      const { socket, events } = fakeSocket();
      let idAtConnect;
      socket.connect(() => (idAtConnect = socket.transport?.sessionid));
      expect(socket.connecting).to.equal(true);
      made[0]?.onData('~m~3~m~123');
      expect(idAtConnect).to.equal('123');
      expect(socket.connected).to.equal(true);
      expect(socket.connecting).to.equal(false);
      expect(events).to.deep.equal([['connecting', 'first'], ['connect']]);
    });

    it('skips a transport that is unknown or not supported', () => {
      install();
      fakeTransports('second');
      const { socket } = fakeSocket({ transports: ['nonsense', 'second'] });
      expect(socket.transport?.type).to.equal('second');
    });

    it('tries the next transport at once when one is refused', () => {
      const clock = install();
      const made = fakeTransports('first', 'second');
      const { socket, events } = fakeSocket();
      socket.connect();
      made[0]?.onDisconnect();
      made[1]?.onData('~m~1~m~7');
      expect(events).to.deep.equal([
        ['connecting', 'first'],
        ['connecting', 'second'],
        ['connect'],
      ]);
      expect(clock.now()).to.equal(0);
    });

    it('tries the next transport when one throws', () => {
      install();
      const made = fakeTransports('first', 'second');
      const { socket, names } = fakeSocket();
      const first = socket.transport?.constructor as { prototype: { connect(): void } };
      first.prototype.connect = () => {
        throw new Error('SecurityError');
      };
      socket.connect();
      expect(made.map((transport) => transport.type)).to.deep.equal(['second']);
      expect(names()).to.deep.equal(['connecting', 'error', 'connecting']);
    });

    it('tries the next transport when one does not connect within connectTimeout', () => {
      const clock = install();
      const made = fakeTransports('first', 'second');
      const { socket } = fakeSocket();
      socket.connect();
      clock.tick(CONNECT_TIMEOUT_MS - 1);
      expect(made).to.have.lengthOf(1);
      clock.tick(1);
      expect(made.map((transport) => transport.type)).to.deep.equal(['first', 'second']);
      expect(made[0]?.ending).to.equal(CloseKind.LOCAL);
    });

    it('emits connect_failed after all transports have failed, and can be called again', () => {
      const clock = install();
      const made = fakeTransports('first', 'second');
      const { socket, names } = fakeSocket();
      socket.connect();
      made[0]?.onDisconnect();
      made[1]?.onDisconnect();
      expect(names()).to.deep.equal(['connecting', 'connecting', 'connect_failed']);
      expect(socket.connecting).to.equal(false);
      expect(clock.pending).to.equal(0);
      socket.connect();
      expect(made[2]?.type).to.equal('first');
    });

    it('tries one transport only if tryTransportsOnConnectTimeout is off', () => {
      install();
      const made = fakeTransports('first', 'second');
      const { socket, names } = fakeSocket({ tryTransportsOnConnectTimeout: false });
      socket.connect();
      made[0]?.onDisconnect();
      expect(names()).to.deep.equal(['connecting', 'connect_failed']);
    });

    it('does not limit the time of an attempt if connectTimeout is 0', () => {
      const clock = install();
      const made = fakeTransports('first', 'second');
      fakeSocket({ connectTimeout: 0 }).socket.connect();
      clock.tick(60_000);
      expect(made).to.have.lengthOf(1);
    });

    it('is ignored while connecting and while connected', () => {
      install();
      const made = fakeTransports('first');
      const { socket } = fakeSocket();
      socket.connect().connect();
      made[0]?.onData('~m~1~m~7');
      socket.connect();
      expect(made).to.have.lengthOf(1);
    });

    it('connects again right after disconnect()', () => {
      install();
      const made = fakeTransports('first');
      const { socket, names } = fakeSocket();
      socket.connect();
      made[0]?.onData('~m~1~m~7');
      socket.disconnect().connect();
      made[1]?.onData('~m~1~m~8');
      expect(names().filter((name) => name === 'connect')).to.have.lengthOf(2);
      expect(made[1]?.askedFor).to.equal(null);
    });

    it('ignores events of a transport that is not the current one', () => {
      install();
      const made = fakeTransports('first', 'second');
      const { socket, events } = fakeSocket();
      socket.connect();
      made[0]?.onDisconnect();
      made[1]?.onData('~m~1~m~7');
      made[0]?.onData('~m~4~m~late');
      made[0]?.onDisconnect();
      expect(socket.connected).to.equal(true);
      expect(events.at(-1)).to.deep.equal(['connect']);
    });
  });

  describe('#send()', () => {
    it('queues messages until there is a connection, also through failed attempts', () => {
      install();
      const made = fakeTransports('first', 'second');
      const { socket } = fakeSocket();
      socket.send('one').send(['two', { three: 3 }]);
      socket.connect();
      made[0]?.onDisconnect();
      made[1]?.onDisconnect();
      socket.connect();
      made[2]?.onData('~m~1~m~7');
      expect(made[2]?.sent).to.deep.equal([['one', 'two', { three: 3 }]]);
      socket.send('four');
      expect(made[2]?.sent[1]).to.equal('four');
    });

    it('queues messages while the server is not reachable', () => {
      const clock = install();
      const made = fakeTransports('first');
      const { socket } = fakeSocket({ transports: ['first'] });
      socket.connect();
      made[0]?.onData('~m~1~m~7');
      made[0]?.onDisconnect();
      socket.send('waiting');
      clock.tick(500);
      made[1]?.onDisconnect();
      made[2]?.onDisconnect();
      clock.tick(1000);
      made.at(-1)?.onData('~m~1~m~8');
      expect(made.at(-1)?.sent).to.deep.equal([['waiting']]);
    });
  });

  describe('#disconnect()', () => {
    it('emits close and disconnect at once, and stays disconnected', () => {
      const clock = install();
      const made = fakeTransports('first');
      const { socket, names } = fakeSocket();
      socket.connect();
      made[0]?.onData('~m~1~m~7');
      socket.disconnect();
      expect(names().slice(2)).to.deep.equal(['close', 'disconnect']);
      expect(made[0]?.ending).to.equal(CloseKind.LOCAL);
      clock.tick(600_000);
      expect(made).to.have.lengthOf(1);
      expect(clock.pending).to.equal(0);
    });

    it('ends an attempt without emitting an event', () => {
      const clock = install();
      const made = fakeTransports('first', 'second');
      const { socket, names } = fakeSocket();
      socket.connect();
      socket.disconnect();
      clock.tick(60_000);
      expect(made).to.have.lengthOf(1);
      expect(names()).to.deep.equal(['connecting']);
    });

    it('ends reconnecting', () => {
      const clock = install();
      const made = fakeTransports('first');
      const { socket } = fakeSocket();
      socket.connect();
      made[0]?.onData('~m~1~m~7');
      made[0]?.onDisconnect();
      socket.disconnect();
      clock.tick(600_000);
      expect(made).to.have.lengthOf(1);
      expect(socket.reconnecting).to.equal(false);
    });

    it('can be called by a listener of connecting', () => {
      install();
      const made = fakeTransports('first', 'second');
      const { socket } = fakeSocket();
      socket.on('connecting', () => socket.disconnect());
      socket.connect();
      expect(made).to.have.lengthOf(0);
      expect(socket.connecting).to.equal(false);
    });

    it('reconnects after a soft close', () => {
      const clock = install();
      const made = fakeTransports('first');
      const { socket } = fakeSocket();
      socket.connect();
      made[0]?.onData('~m~1~m~7');
      socket.disconnect(true);
      clock.tick(500);
      expect(made).to.have.lengthOf(2);
    });
  });

  describe('rememberTransport', () => {
    it('begins with the transport that worked last time', () => {
      const document = { cookie: 'a=b; socketio=second' };
      install({ document });
      const made = fakeTransports('first', 'second');
      const { socket } = fakeSocket();
      socket.connect();
      made[0]?.onData('~m~1~m~7');
      expect(made[0]?.type).to.equal('second');
      expect(document.cookie).to.match(/^socketio=second;/);
    });

    it('tries another transport if the stored one fails, and stores that one', () => {
      const document = { cookie: 'socketio=second' };
      install({ document });
      const made = fakeTransports('first', 'second');
      fakeSocket().socket.connect();
      made[0]?.onDisconnect();
      made[1]?.onData('~m~1~m~7');
      expect(made[1]?.type).to.equal('first');
      expect(document.cookie).to.match(/^socketio=first;/);
    });

    it('clears the cookie when no transport works', () => {
      const document = { cookie: 'socketio=first' };
      install({ document });
      const made = fakeTransports('first');
      fakeSocket().socket.connect();
      made[0]?.onDisconnect();
      expect(document.cookie).to.match(/^socketio=;/);
    });

    it('ignores a cookie that is malformed or names an unknown transport', () => {
      for (const cookie of [
        'socketio=constructor',
        'socketio=',
        'socketio=%',
        'xsocketio=second',
      ]) {
        install({ document: { cookie } });
        fakeTransports('first', 'second');
        expect(fakeSocket().socket.transport?.type, cookie).to.equal('first');
      }
    });

    it('does not use the cookie when the option is false', () => {
      const document = { cookie: 'socketio=second' };
      install({ document });
      const made = fakeTransports('first', 'second');
      fakeSocket({ rememberTransport: false }).socket.connect();
      made[0]?.onData('~m~1~m~7');
      expect(made[0]?.type).to.equal('first');
      expect(document.cookie).to.equal('socketio=second');
    });

    it('works without cookies', () => {
      const document = {
        get cookie(): string {
          throw new Error('SecurityError');
        },
        set cookie(_value: string) {
          throw new Error('SecurityError');
        },
      };
      install({ document });
      const made = fakeTransports('first');
      const { socket } = fakeSocket();
      socket.connect();
      made[0]?.onData('~m~1~m~7');
      expect(socket.connected).to.equal(true);
    });
  });

  describe('options', () => {
    it('default to the location of the page, also if they are undefined', () => {
      install();
      fakeTransports('first');
      const { socket } = fakeSocket({ port: undefined, resource: undefined } as object);
      expect(socket.host).to.equal('example.com');
      expect(socket.options).to.include({ port: '8080', secure: false, resource: 'socket.io' });
    });

    it('default to TLS on an https page', () => {
      install({ location: { protocol: 'https:', hostname: 'example.com', port: '' } });
      fakeTransports('first');
      expect(fakeSocket().socket.options).to.include({ port: 443, secure: true });
    });

    it('detect another origin by host and port', () => {
      install();
      fakeTransports('first');
      expect(fakeSocket().socket.isXDomain()).to.equal(false);
      expect(fakeSocket({ port: 8080 }).socket.isXDomain()).to.equal(false);
      expect(fakeSocket({ port: 8081 }).socket.isXDomain()).to.equal(true);
      expect(fakeSocket({ port: 443, secure: true }).socket.isXDomain()).to.equal(true);
    });
  });
});
