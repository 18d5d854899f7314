/**
 * `socket.io-node/frames/v1`: the packets, payloads, handshake and URLs of protocol 1 (Socket.IO
 * 0.7 to 0.9) on their own: text in, text out, no I/O, in Node and in browsers.
 *
 * @example
 * const { decodePacket, encodePacket } = require('socket.io-node/frames/v1');
 * decodePacket('3:::hello'); // { type: 'message', endpoint: '', data: 'hello' }
 * encodePacket({ type: 'event', endpoint: '', name: 'hi', args: [1] }); // '5:::{"name":"hi","args":[1]}'
 * @module
 */
export { decodePacket } from './decode-packet.js';
export { encodePacket } from './encode-packet.js';
export type {
  AckPacket,
  ConnectPacket,
  DisconnectPacket,
  ErrorAdvice,
  ErrorPacket,
  ErrorReason,
  EventPacket,
  HeartbeatPacket,
  JsonPacket,
  MessagePacket,
  NoopPacket,
  Packet,
} from './packet.js';
export { decodePayload, encodePayload } from './payload.js';
export { decodeHandshake, encodeHandshake, type Handshake } from './handshake.js';
export { callbackIndex, parseAddress, parseQuery, type Address } from './url.js';
