/**
 * Converts the value of a packet into its text.
 *
 * @module
 */
import {
  ERROR_ADVICES,
  ERROR_REASONS,
  MAX_ID_LENGTH,
  type ErrorPacket,
  type Packet,
} from './packet.js';

const IS_ID: RegExp = /^[0-9]+$/;

/** JSON of any value; what JSON has no text for (`undefined`, a function) is `null`. */
function toJson(value: unknown): string {
  const json: string | undefined = JSON.stringify(value);
  return json ?? 'null';
}

function checkEndpoint(endpoint: string): string {
  if (endpoint.includes(':')) {
    throw new RangeError(`Expected an endpoint without colons, got ${JSON.stringify(endpoint)}`);
  }
  return endpoint;
}

function checkId(id: string): string {
  if (id.length > MAX_ID_LENGTH || !IS_ID.test(id)) {
    const shown = JSON.stringify(id.slice(0, MAX_ID_LENGTH + 1));
    throw new RangeError(`Expected an id of 1 to ${MAX_ID_LENGTH} digits, got ${shown}`);
  }
  return id;
}

/** `TYPE:[ID[+]]:[ENDPOINT]` of a packet that may request an acknowledgement. */
function head(
  type: number,
  packet: { readonly endpoint: string; readonly id?: string; readonly wantsData?: boolean },
): string {
  const id = packet.id === undefined ? '' : checkId(packet.id) + (packet.wantsData ? '+' : '');
  return `${type}:${id}:${checkEndpoint(packet.endpoint)}`;
}

/**
 * Writes one packet.
 *
 * @throws {RangeError} If the endpoint contains a colon, or an id is not 1 to 64 digits.
 * @throws {TypeError} If a value cannot become JSON (it is circular, for example).
 * @example encodePacket({ type: 'message', endpoint: '', data: 'hello' }) // '3:::hello'
 * @see PROTOCOL-1.md, "Packets"
 */
export function encodePacket(packet: Packet): string {
  switch (packet.type) {
    case 'disconnect':
      return head(0, packet);
    case 'connect':
      return head(1, packet) + (packet.query ? `:${packet.query}` : '');
    case 'heartbeat':
      return '2::';
    case 'message':
      return head(3, packet) + (packet.data === '' ? '' : `:${packet.data}`);
    case 'json':
      return `${head(4, packet)}:${toJson(packet.data)}`;
    case 'event':
      return `${head(5, packet)}:${eventJson(packet.name, packet.args)}`;
    case 'ack':
      return `6::${checkEndpoint(packet.endpoint)}:${ackData(packet.ackId, packet.args)}`;
    case 'error':
      return `7::${checkEndpoint(packet.endpoint)}:${errorData(packet)}`;
    default:
      return '8::';
  }
}

/** The order of the fields, and the missing list of no arguments, are those of 0.9. */
function eventJson(name: string, args: readonly unknown[]): string {
  return JSON.stringify(args.length > 0 ? { name, args } : { name });
}

function ackData(ackId: string, args: readonly unknown[]): string {
  return args.length > 0 ? `${checkId(ackId)}+${JSON.stringify(args)}` : checkId(ackId);
}

function errorData({ reason, advice }: ErrorPacket): string {
  const number = reason === undefined ? '' : String(ERROR_REASONS.indexOf(reason));
  return advice === undefined ? number : `${number}+${ERROR_ADVICES.indexOf(advice)}`;
}
