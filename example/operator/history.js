/*
 * The figures of the last minutes, one point a second, so that a page that is opened has its plots at once.
 */
const MOST_POINTS = 300;

exports.History = class History {
  constructor(listener) {
    this.listener = listener;
    this.points = [];
    this.last = null;
    this.next();
  }

  /** Measures a point. Counters become rates per second. */
  next() {
    const at = Date.now();
    const stats = this.listener.stats();
    const before = this.last ?? { at: at - 1000, stats };
    const seconds = Math.max(0.001, (at - before.at) / 1000);
    const rate = (read) => Math.max(0, (read(stats) - read(before.stats)) / seconds);
    this.last = { at, stats };
    const { sessions, bytes, bus, ends, refusals, heartbeats, handshakes, resumes, messages } =
      stats;
    const point = {
      at,
      current: sessions.current,
      opened: sessions.opened,
      byProtocol: sessions.byProtocol,
      byTransport: sessions.byTransport,
      byState: sessions.byState,
      delivering: sessions.delivering,
      messagesIn: rate(({ messages: { in: count } }) => count),
      messagesOut: rate((one) => one.messages.out),
      bytesIn: rate(({ bytes: { in: count } }) => count),
      bytesOut: rate((one) => one.bytes.out),
      dropped: messages.dropped,
      waiting: bytes.waiting,
      handshakes: handshakes.waiting,
      missed: heartbeats.missed,
      resumes,
      ends,
      refused: Object.values(refusals).reduce((sum, count) => sum + count, 0),
      bus
    };
    this.points.push(point);
    if (this.points.length > MOST_POINTS) this.points.shift();
    return point;
  }
};
