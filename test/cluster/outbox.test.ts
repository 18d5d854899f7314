import { expect } from 'chai';
import { BUS_DEFAULTS } from '../../lib/cluster/bus.js';
import { Outbox } from '../../lib/cluster/outbox.js';
import { Kind } from '../../lib/cluster/packet.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An outbox over an engine that accepts an envelope when `accept` is called. */
function open(maxMessage?: number): {
  outbox: Outbox;
  published: string[];
  accept: () => void;
} {
  const published: string[] = [];
  const accepted: (() => void)[] = [];
  const bus = {
    ...(maxMessage === undefined ? {} : { maxMessage }),
    publish: (bytes: Buffer) => {
      published.push(bytes.toString('latin1').replace(/[^A-Z]/g, ''));
      return new Promise<void>((resolve) => accepted.push(resolve));
    },
    subscribe: () => undefined,
  };
  const outbox = new Outbox(bus, BUS_DEFAULTS, {
    seal: (packets) => packets,
    onPublish: () => undefined,
  });
  return { outbox, published, accept: () => accepted.shift()?.() };
}

describe('Outbox', () => {
  it('publishes at once when nothing is on its way', async () => {
    const { outbox, published } = open();
    outbox.send(Kind.SEND, Buffer.from('A'));
    await turn();
    expect(published).to.deep.equal(['A']);
  });

  it('collects packets while an envelope is on its way, and publishes them together', async () => {
    const { outbox, published, accept } = open();
    for (const text of 'ABC') {
      outbox.send(Kind.SEND, Buffer.from(text));
      await turn();
    }
    expect(published).to.deep.equal(['A']);
    accept();
    await turn();
    expect(published).to.deep.equal(['A', 'BC']);
  });

  it('publishes a full envelope while another is on its way', async () => {
    const { outbox, published } = open(1000);
    for (const text of 'ABC') {
      outbox.send(Kind.SEND, Buffer.alloc(900, text));
      await turn();
    }
    expect(published.map((text) => text[0])).to.deep.equal(['A', 'B']);
  });

  it('publishes signals at once', async () => {
    const { outbox, published } = open();
    for (const kind of [Kind.SEND, Kind.HEARTBEAT]) {
      outbox.signal(kind, Buffer.from('S'));
      await turn();
    }
    expect(published).to.deep.equal(['S', 'S']);
  });

  it('publishes all that waits when it is closed', async () => {
    const { outbox, published } = open();
    for (const text of 'AB') {
      outbox.send(Kind.SEND, Buffer.from(text));
      await turn();
    }
    outbox.close();
    expect(published).to.deep.equal(['A', 'B']);
  });
});
