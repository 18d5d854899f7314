import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePacket, encodePacket, type Packet } from '../../lib/protocol/v1/index.js';

const FILE = join(__dirname, '..', '..', '..', 'test', 'wire1', 'packets.json');

/** Some of the fields of the steps, see README.md of the recordings. */
interface Step {
  readonly bytes?: { readonly frame?: string };
  readonly frames?: readonly string[];
  readonly event?: string;
  readonly events?: readonly Step[];
  readonly data?: unknown;
  readonly name?: string;
  readonly args?: readonly unknown[];
}

interface Scenario {
  readonly name: string;
  readonly kind: 'contract' | 'bug' | 'incidental';
  readonly steps: readonly Step[];
  readonly sane?: readonly Step[];
}

/** What the application gets of a packet, in the words of the recordings. */
function meaningOf(packet: Packet | null): unknown[] {
  switch (packet?.type) {
    case 'message':
    case 'json':
      return [{ event: 'message', data: packet.data }];
    case 'event':
      if (packet.name === 'disconnect') return [];
      if (packet.name === 'message') return [{ event: 'message', data: packet.args[0] }];
      return [{ event: 'event', name: packet.name, args: packet.args }];
    case 'ack':
      return [{ event: 'answered', args: packet.args }];
    default:
      return [];
  }
}

/** The events that the recording reports, without what the codec does not know. */
function eventsOf(steps: readonly Step[]): unknown[] {
  return steps
    .flatMap((step) => step.events ?? [step])
    .filter(({ event }) => event !== undefined && event !== 'connection')
    .map(({ event, data, name, args }) => JSON.parse(JSON.stringify({ event, data, name, args })));
}

describe('packets as recorded from 0.9.19', () => {
  const { scenarios } = JSON.parse(readFileSync(FILE, 'utf8')) as {
    readonly scenarios: readonly Scenario[];
  };

  for (const { name, kind, steps, sane } of scenarios) {
    if (kind === 'incidental') continue;
    const expected = sane ?? steps;

    it(`mean what the application got: ${name}`, () => {
      const sent = expected.flatMap(({ bytes }) => bytes?.frame ?? []);
      // an ack counts once, which is a matter of the session
      const texts = name === 'packets/ack twice' ? sent.slice(0, 1) : sent;
      expect(texts.flatMap((text) => meaningOf(decodePacket(text)))).to.deep.equal(
        eventsOf(expected),
      );
    });

    it(`are written byte by byte: ${name}`, () => {
      const received = expected.flatMap(({ frames }) => frames ?? []);
      expect(received).to.include('1::');
      for (const text of received) {
        expect(encodePacket(decodePacket(text) as Packet)).to.equal(text);
      }
    });
  }
});
