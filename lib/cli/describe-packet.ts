/** Describes the packets of Socket.IO 0.7 to 0.9 in words. @module */
import { decodePacket, type Packet } from '../protocol/v1/index.js';
import { toJsonText } from './json-text.js';

/** What a packet requests of its receiver. */
function request(packet: { readonly id?: string; readonly wantsData?: boolean }): string {
  if (packet.id === undefined) return '';
  return packet.wantsData ? `, requests answer ${packet.id}` : `, requests receipt ${packet.id}`;
}

/** Arguments as JSON, without the brackets of their array. */
function list(args: readonly unknown[]): string {
  return args.map((value) => toJsonText(value)).join(', ');
}

function words(packet: Packet): string {
  switch (packet.type) {
    case 'connect':
      return packet.endpoint === '' ? 'the session is open' : `join${packet.query ?? ''}`;
    case 'disconnect':
      return packet.endpoint === '' ? 'the session ends' : 'leave';
    case 'message':
      return `message ${toJsonText(packet.data)}${request(packet)}`;
    case 'json':
      return `json ${toJsonText(packet.data)}${request(packet)}`;
    case 'event':
      return `event ${toJsonText(packet.name)} (${list(packet.args)})${request(packet)}`;
    case 'ack':
      if (packet.args.length === 0) return `receipt ${packet.ackId}`;
      return `answer ${packet.ackId} (${list(packet.args)})`;
    case 'error':
      return `error: ${packet.reason ?? 'unknown reason'}${packet.advice ? ', reconnect' : ''}`;
    case 'heartbeat':
      return 'heartbeat';
    default:
      return 'nothing (noop)';
  }
}

/** One packet in words, after the name of its endpoint; a text that is not a packet unchanged. */
export function describePacket(text: string): string {
  const packet = decodePacket(text);
  if (packet === null) return `not a packet: ${text}`;
  const endpoint = 'endpoint' in packet ? packet.endpoint : '';
  return endpoint === '' ? words(packet) : `${endpoint} ${words(packet)}`;
}
