/**
 * The generations of clients: how a test client encodes and decodes its messages.
 *
 * @module
 */
import { decode, encode, frame, HEARTBEAT } from '../protocol/frames.js';
import { readMessage } from '../protocol/message.js';
import { decodePacket, decodePayload, encodePacket, encodePayload } from '../protocol/v1/index.js';
import type { TestRequest } from './memory/http.js';

/** The meaning of one text that arrives. */
export type Incoming =
  | { readonly type: 'session'; readonly id: string }
  | { readonly type: 'heartbeat'; readonly echo: string }
  | {
      readonly type: 'message';
      readonly endpoint: string;
      readonly value: unknown;
      readonly ack?: Ack;
    }
  | {
      readonly type: 'event';
      readonly endpoint: string;
      readonly name: string;
      readonly args: readonly unknown[];
      readonly ack?: Ack;
    }
  | { readonly type: 'ack'; readonly id: string; readonly args: readonly unknown[] }
  | { readonly type: 'joined' | 'denied' | 'left'; readonly endpoint: string }
  | { readonly type: 'end' }
  | { readonly type: 'nothing' };

/** The acknowledgement that the server requests. */
export interface Ack {
  readonly id: string;
  /** True: of the program, with data. False: a receipt. */
  readonly wantsData: boolean;
}

/** What a client sends: an event if it has a name. */
export interface Outgoing {
  readonly endpoint: string;
  readonly name?: string;
  readonly values: readonly unknown[];
  /** Requests an acknowledgement. */
  readonly id?: string;
}

/** The parts of the URLs of a client. */
export interface Place {
  /** The path of the resource, with a slash at both ends. */
  readonly root: string;
  readonly transport: string;
  /** Empty before the session has one. */
  readonly sessionId: string;
  /** With its question mark, or empty. */
  readonly query: string;
}

/** The protocol of one generation of clients. */
export interface Generation {
  /** The path of the handshake before the first connection; undefined if there is none. */
  readonly handshakePath?: (place: Place) => string;
  /** The path of a connection or a poll. `count` is different for each. */
  downPath(place: Place, count: number): string;
  /** The frames that contain texts, for a WebSocket. */
  frames(texts: readonly string[]): readonly string[];
  /** The POST that contains texts, and the body of its response. */
  post(place: Place, texts: readonly string[], count: number): Post;
  /** The text that ends the session; undefined: a close request or frame ends it. */
  readonly endText?: string;
  /** The POST that ends the session. */
  readonly closeRequest?: (place: Place) => Post;
  /** Splits a payload. */
  texts(payload: string, transport: string): readonly string[];
  /** Reads one text. */
  read(text: string, place: Place): Incoming;
  /** Writes texts. */
  write(outgoing: Outgoing): readonly string[];
}

export interface Post {
  readonly path: string;
  readonly request: TestRequest;
  readonly response: string;
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' };
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

/** True for the JSON that is an event of a client of 0.6. */
function isEvent(value: unknown): value is { name: string; args?: readonly unknown[] } {
  if (typeof value !== 'object' || value === null) return false;
  const { name, args = [] } = value as { name?: unknown; args?: unknown };
  return typeof name === 'string' && Array.isArray(args);
}

const isSocket = (transport: string): boolean => transport.endsWith('socket');

const generation06: Generation = {
  downPath({ root, transport, sessionId, query }, count) {
    const parts = [transport];
    if (!isSocket(transport)) parts.push(sessionId, String(count));
    else if (sessionId !== '') parts.push(sessionId);
    if (transport === 'jsonp-polling') parts.push(String(count));
    return root + parts.join('/') + query;
  },
  frames: (texts) => [texts.map(frame).join('')],
  post({ root, transport, sessionId, query }, texts, count) {
    const rest = transport === 'jsonp-polling' ? `${count}/${count}` : 'send';
    const body = `data=${encodeURIComponent(texts.map(frame).join(''))}`;
    const request = { method: 'POST', headers: FORM, body };
    return { path: `${root}${transport}/${sessionId}/${rest}${query}`, request, response: 'ok' };
  },
  closeRequest({ root, transport, sessionId, query }) {
    const request = { method: 'POST', headers: FORM, body: '' };
    return { path: `${root}${transport}/${sessionId}/close${query}`, request, response: 'ok' };
  },
  texts: (payload) => decode(payload),
  read(text, { sessionId }) {
    if (sessionId === '') return { type: 'session', id: text };
    if (text.startsWith(HEARTBEAT)) return { type: 'heartbeat', echo: text };
    const value = readMessage(text);
    if (!isEvent(value)) return { type: 'message', endpoint: '', value };
    return { type: 'event', endpoint: '', name: value.name, args: value.args ?? [] };
  },
  write({ name, values }) {
    const message = name === undefined ? [...values] : [{ name, args: values }];
    return decode(encode(message));
  },
};

const generation09: Generation = {
  handshakePath: ({ root, query }) => `${root}1/${query}`,
  downPath: ({ root, transport, sessionId }, count) =>
    `${root}1/${transport}/${sessionId}?t=${count}&i=0`,
  frames: (texts) => texts,
  post({ root, transport, sessionId }, texts, count) {
    const payload = encodePayload(texts);
    const isForm = transport === 'jsonp-polling';
    const body = isForm ? `d=${encodeURIComponent(JSON.stringify(payload))}` : payload;
    const request = { method: 'POST', headers: isForm ? FORM : TEXT, body };
    const path = `${root}1/${transport}/${sessionId}?t=${count}&i=0`;
    return { path, request, response: '1' };
  },
  endText: '0::',
  texts: (payload, transport) => (isSocket(transport) ? [payload] : decodePayload(payload)),
  read(text, { sessionId }) {
    const packet = decodePacket(text);
    switch (packet?.type) {
      case 'connect':
        return packet.endpoint === ''
          ? { type: 'session', id: sessionId }
          : { type: 'joined', endpoint: packet.endpoint };
      case 'heartbeat':
        return { type: 'heartbeat', echo: text };
      case 'message':
      case 'json':
        return { type: 'message', endpoint: packet.endpoint, value: packet.data, ...ackOf(packet) };
      case 'event': {
        const { endpoint, name, args } = packet;
        return { type: 'event', endpoint, name, args, ...ackOf(packet) };
      }
      case 'ack':
        return { type: 'ack', id: packet.ackId, args: packet.args };
      case 'disconnect':
        return packet.endpoint === ''
          ? { type: 'end' }
          : { type: 'left', endpoint: packet.endpoint };
      case 'error':
        return packet.endpoint === ''
          ? { type: 'end' }
          : { type: 'denied', endpoint: packet.endpoint };
      default:
        return { type: 'nothing' };
    }
  },
  write({ endpoint, name, values, id }) {
    const wanted = id === undefined ? {} : { id, wantsData: true };
    if (name !== undefined) {
      return [encodePacket({ type: 'event', endpoint, name, args: values, ...wanted })];
    }
    return values.map((data) =>
      typeof data === 'string'
        ? encodePacket({ type: 'message', endpoint, data, ...wanted })
        : encodePacket({ type: 'json', endpoint, data, ...wanted }),
    );
  },
};

function ackOf({ id, wantsData = false }: { id?: string; wantsData?: boolean }): { ack?: Ack } {
  return id === undefined ? {} : { ack: { id, wantsData } };
}

/** The generations by the name of their protocol, as in the option `protocols`. */
export const GENERATIONS: Readonly<Record<'0.6' | '0.9', Generation>> = {
  '0.6': generation06,
  '0.9': generation09,
};

/** The transports of each generation. */
export const TRANSPORTS: Readonly<Record<'0.6' | '0.9', readonly string[]>> = {
  '0.6': [
    'websocket',
    'flashsocket',
    'htmlfile',
    'xhr-multipart',
    'server-events',
    'xhr-polling',
    'jsonp-polling',
  ],
  '0.9': ['websocket', 'flashsocket', 'htmlfile', 'xhr-polling', 'jsonp-polling'],
};
