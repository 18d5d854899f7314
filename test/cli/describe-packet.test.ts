import { expect } from 'chai';
import { describePacket } from '../../lib/cli/describe-packet.js';

describe('describePacket()', () => {
  const packets: readonly (readonly [string, string])[] = [
    ['1::', 'the session is open'],
    ['1::/chat', '/chat join'],
    ['0::', 'the session ends'],
    ['0::/chat', '/chat leave'],
    ['2::', 'heartbeat'],
    ['3:::a:b', 'message "a:b"'],
    ['3:1::a', 'message "a", requests receipt 1'],
    ['4::/chat:{"a":1}', '/chat json {"a":1}'],
    ['5:2+::{"name":"add","args":[1,"b"]}', 'event "add" (1, "b"), requests answer 2'],
    ['6:::2+[3]', 'answer 2 (3)'],
    ['6:::1', 'receipt 1'],
    ['7:::1+0', 'error: client not handshaken, reconnect'],
    ['7::/chat:2', '/chat error: unauthorized'],
    ['8::', 'nothing (noop)'],
    ['ALIVE', 'not a packet: ALIVE'],
  ];
  for (const [packet, expected] of packets) {
    it(`describes ${packet} as ${expected}`, () => {
      expect(describePacket(packet)).to.equal(expected);
    });
  }
});
