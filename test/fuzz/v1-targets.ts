/**
 * Targets for the parsers of protocol 1.
 *
 * @module
 */
import {
  callbackIndex,
  decodeHandshake,
  decodePacket,
  decodePayload,
  encodeHandshake,
  encodePacket,
  encodePayload,
  parseAddress,
  parseQuery,
} from '../../lib/protocol/v1/index.js';
import { check, type Target } from './target.js';

export const V1_TARGETS: readonly Target[] = [
  {
    name: 'packets of protocol 1',
    seeds: [
      '3:1+:/chat:hello',
      '5:::{"name":"a","args":[1]}',
      '6:::1+["x"]',
      '7:::1+0',
      '1::/chat?a=b',
      '4:::[[{}]]',
    ],
    run(bytes) {
      const packet = decodePacket(bytes.toString());
      if (packet === null) return;
      const text = encodePacket(packet);
      const again = decodePacket(text);
      check(again !== null && encodePacket(again) === text, 'a packet is read as it is written');
    },
  },
  {
    name: 'payloads of protocol 1',
    seeds: [
      '3:::a',
      '\xef\xbf\xbd5\xef\xbf\xbd3:::a\xef\xbf\xbd3\xef\xbf\xbd2::',
      '\xef\xbf\xbd0\xef\xbf\xbd\xef\xbf\xbd99\xef\xbf\xbdx',
    ],
    run(bytes) {
      const payload = bytes.toString();
      const packets = decodePayload(payload, 100);
      check(packets.length <= 100, 'the limit is kept');
      check(packets.join('').length <= payload.length, 'nothing is made up');
      for (const packet of packets) decodePacket(packet);
      if (packets.length < 2) return;
      const again = decodePayload(encodePayload(packets));
      check(again.length === packets.length, 'a payload is read as it is written');
      check(
        again.every((packet, i) => packet === packets[i]),
        'packets stay the same',
      );
    },
  },
  {
    name: 'handshakes and URLs of protocol 1',
    seeds: [
      'OJRXiuWyHk_ZvQDqBPN1:60:1.5:websocket,xhr-polling',
      '1/websocket/42/?t=1&jsonp=3&a=+%C3%A9&a',
      '1//42/?disconnect=1',
    ],
    run(bytes) {
      const text = bytes.toString();
      const handshake = decodeHandshake(text);
      if (handshake !== null) {
        const line = encodeHandshake(handshake);
        const again = decodeHandshake(line);
        check(again !== null && encodeHandshake(again) === line, 'a line is read as it is written');
      }
      const address = parseAddress(text, 0);
      const names = `${address?.version}${address?.transport}${address?.sessionId}`;
      check(!/[/?]/.test(names), 'names contain no slash and no question mark');
      const query = parseQuery(address?.query ?? text);
      check(Object.getPrototypeOf(query) === null, 'a query has no prototype');
      const index = callbackIndex(query['jsonp']);
      check(index === null || /^\d+$/.test(index), 'an index is digits');
    },
  },
];
