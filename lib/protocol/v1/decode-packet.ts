/**
 * Converts the text of a packet into its value. Linear in the length of the text; never throws.
 *
 * @module
 */
import { nestsTooDeep } from '../json-depth.js';
import {
  ERROR_ADVICES,
  ERROR_REASONS,
  MAX_ENDPOINT_LENGTH,
  MAX_ID_LENGTH,
  type AckPacket,
  type ErrorPacket,
  type Packet,
} from './packet.js';

const COLON = 0x3a;
const PLUS = 0x2b;
const ZERO = 0x30;

/** JSON that is invalid or nests too deep; no JSON text has this value. */
const INVALID: unique symbol = Symbol('invalid JSON');

/** The fields of a packet that requests an acknowledgement. */
interface Wanted {
  readonly id: string;
  readonly wantsData: boolean;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}

/** Where the digits that begin at `start` end. */
function endOfDigits(text: string, start: number): number {
  let at = start;
  // Reading past the end is slow in V8, see frames.ts.
  while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  return at;
}

function parseJson(json: string): unknown {
  if (nestsTooDeep(json)) return INVALID;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return INVALID;
  }
}

/**
 * Reads one packet: `TYPE:[ID[+]]:[ENDPOINT][:DATA]`.
 *
 * @returns null for what is not a packet and must be ignored: fewer than two colons, an unknown
 *   type, an id that is not digits or longer than 64, an endpoint longer than 1024 code units, JSON
 *   that is invalid or nests deeper than 500 levels, an event without a name.
 * @example decodePacket('5:1+:/chat:{"name":"ask","args":[1]}')
 * // { type: 'event', endpoint: '/chat', name: 'ask', args: [1], id: '1', wantsData: true }
 * @see PROTOCOL-1.md, "Packets"
 */
export function decodePacket(text: string): Packet | null {
  if (text.length < 3 || text.charCodeAt(1) !== COLON) return null;
  const idEnd = endOfDigits(text, 2);
  const wantsData = idEnd < text.length && text.charCodeAt(idEnd) === PLUS;
  const secondColon = wantsData ? idEnd + 1 : idEnd;
  if (secondColon >= text.length || text.charCodeAt(secondColon) !== COLON) return null;
  if (idEnd > 2 + MAX_ID_LENGTH) return null;
  const wanted = idEnd > 2 ? { id: text.slice(2, idEnd), wantsData } : null;
  const endpointAt = secondColon + 1;
  const thirdColon = text.indexOf(':', endpointAt);
  const endpointEnd = thirdColon < 0 ? text.length : thirdColon;
  if (endpointEnd - endpointAt > MAX_ENDPOINT_LENGTH) return null;
  const endpoint = text.slice(endpointAt, endpointEnd);
  const data = thirdColon < 0 ? '' : text.slice(thirdColon + 1);
  return read(text.charCodeAt(0) - ZERO, wanted, endpoint, data);
}

function read(type: number, wanted: Wanted | null, endpoint: string, data: string): Packet | null {
  switch (type) {
    case 0:
      return { type: 'disconnect', endpoint };
    case 1:
      return readConnect(endpoint, data);
    case 2:
      return { type: 'heartbeat' };
    case 3:
      // Most packets are this one: a literal is several times faster than a spread.
      if (wanted === null) return { type: 'message', endpoint, data };
      return { type: 'message', endpoint, data, ...wanted };
    case 4: {
      const value = parseJson(data);
      return value === INVALID ? null : { type: 'json', endpoint, data: value, ...wanted };
    }
    case 5:
      return readEvent(wanted, endpoint, data);
    case 6:
      return readAck(endpoint, data);
    case 7:
      return readError(endpoint, data);
    case 8:
      return { type: 'noop' };
    default:
      return null;
  }
}

/** The query is data of its own, or, as the specification of 2011 has it, part of the endpoint. */
function readConnect(endpoint: string, data: string): Packet {
  if (data !== '') return { type: 'connect', endpoint, query: data };
  const mark = endpoint.indexOf('?');
  if (mark < 0) return { type: 'connect', endpoint };
  return { type: 'connect', endpoint: endpoint.slice(0, mark), query: endpoint.slice(mark) };
}

/** Fields other than the two are ignored; arguments that are not a list are one argument. */
function readEvent(wanted: Wanted | null, endpoint: string, data: string): Packet | null {
  const value = parseJson(data);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'name')) return null;
  const { name, args } = value as { readonly name: unknown; readonly args?: unknown };
  if (typeof name !== 'string') return null;
  return { type: 'event', endpoint, name, args: toList(args), ...wanted };
}

function toList(args: unknown): readonly unknown[] {
  if (args === undefined || args === null) return [];
  return Array.isArray(args) ? (args as unknown[]) : [args];
}

/** The plus between id and arguments may be missing. Arguments that are not a list are dropped. */
function readAck(endpoint: string, data: string): AckPacket | null {
  const idEnd = endOfDigits(data, 0);
  if (idEnd === 0 || idEnd > MAX_ID_LENGTH) return null;
  const hasPlus = idEnd < data.length && data.charCodeAt(idEnd) === PLUS;
  const json = data.slice(hasPlus ? idEnd + 1 : idEnd);
  const value = json === '' ? INVALID : parseJson(json);
  const args = Array.isArray(value) ? (value as unknown[]) : [];
  return { type: 'ack', endpoint, ackId: data.slice(0, idEnd), args };
}

function readError(endpoint: string, data: string): ErrorPacket {
  const plus = data.indexOf('+');
  const reason = numbered(ERROR_REASONS, plus < 0 ? data : data.slice(0, plus));
  const advice = plus < 0 ? undefined : numbered(ERROR_ADVICES, data.slice(plus + 1));
  return {
    type: 'error',
    endpoint,
    ...(reason !== undefined && { reason }),
    ...(advice !== undefined && { advice }),
  };
}

function numbered<T>(names: readonly T[], digits: string): T | undefined {
  return /^\d$/.test(digits) ? names[Number(digits)] : undefined;
}
