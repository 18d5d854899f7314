// The clients of delivery.js: raw WebSockets with one message in flight, with or without delivery, as the client of this package counts.
const net = require('net'), { framings } = require('./wire'), m06 = require('./m06'), texts = require('./text');
const { head, frame, next } = framings.rfc6455;
const ACK_ALONG = 8, SIZE = 32, RING = texts.ring(SIZE, 'ascii');
const asks = RING.map(t => frame(m06.encode(t), true)), replies = RING.map(t => m06.encode(t));
const fail = why => { throw Error(why); };
let left = 0, inFlight = 0, done = null;

class Client {
  received = 0; ackSent = 0; sent = 0; rest = null; isOpen = false; isUpgraded = false;
  constructor(port, has, opened) {
    this.has = has;
    this.opened = opened;
    this.sock = net.connect({ port, host: '127.0.0.1', noDelay: true }).on('data', b => this.feed(b)).on('error', e => fail(e.message));
    this.sock.write(head('/socket.io/websocket' + (has ? '//c=1&a=0&k=&s=1&t=' + Date.now() : ''), 'localhost'));
  }
  feed(chunk) {
    let b = this.rest ? Buffer.concat([this.rest, chunk]) : chunk, at = 0;
    if (!this.isUpgraded) {
      const end = b.indexOf('\r\n\r\n');
      if (end < 0) { this.rest = b; return; }
      this.isUpgraded = true;
      at = end + 4;
    }
    for (let x; at < b.length && (x = next(b, at)); at = x.end) x.close ? fail('closed by the server') : this.take(x.text);
    this.rest = at < b.length ? Buffer.from(b.subarray(at)) : null;
  }
  take(payload) {
    const want = replies[this.received % RING.length];
    if (payload === want) return this.count();
    for (const text of m06.decode(payload)) {
      if (!this.isOpen) { this.isOpen = true; this.isGranted = false; }
      else if (text.startsWith('~h~d')) this.isGranted = true;
      else if (text.startsWith('~h~a')) { if (+text.slice(4).split(':')[0] > this.sent) fail('acknowledged too much'); }
      else if (text.startsWith('~h~')) this.sock.write(frame(m06.encode(text), true));
      else if (m06.encode(text) === want) this.count();
      else fail('got ' + text);
    }
    if (this.opened && (!this.has || this.isGranted)) { this.opened(this); this.opened = null; }
  }
  count() {
    this.received++;
    inFlight--;
    if (left > 0) this.ask();
    else if (inFlight === 0) done();
  }
  ask() {
    left--; inFlight++;
    const i = this.sent++ % RING.length;
    if (!this.has || this.received - this.ackSent < ACK_ALONG) { this.sock.write(asks[i]); return; }
    this.ackSent = this.received;
    this.sock.write(frame(m06.encode('~h~a' + this.received) + replies[i], true));
  }
}
const list = [];
const ops = {
  async connect({ port, has, clients }) {
    const open = () => new Promise(r => { list.push(new Client(port, has, r)); });
    // One after the other at first: V8 sizes the objects of a class by the first few, so they should have all their properties.
    for (let n = list.length; n < Math.min(20, clients); n++) await open();
    for (let n = list.length; n < clients; n += 100) await Promise.all(Array.from({ length: Math.min(100, clients - n) }, open));
    return {};
  },
  // so many echoes in all, one in flight on each connection
  echo: ({ messages }) => new Promise(r => { left = messages; done = () => r({}); for (const c of list) c.ask(); }),
};
process.on('message', async c => process.send({ id: c.id, ...await ops[c.op](c) }));
process.send({ id: 0 });
