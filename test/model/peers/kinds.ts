/**
 * The kinds of clients of the model.
 *
 * @module
 */
import { HANDSHAKE, HIXIE_75, HIXIE_76, KEY3 } from '../../support/frames.js';

/** The wire format of the sessions of a sequence; `delivery` is 0.6 with its extension. */
export type Generation = '0.6' | '0.9' | 'delivery';

/** A kind of client. */
export interface Kind {
  readonly name: string;
  readonly transport: string;
  readonly family: 'socket' | 'streaming' | 'polling';
  /** Headers of the handshake of a WebSocket. */
  readonly handshake?: Readonly<Record<string, string>>;
  /** What the client sends after the head of the handshake. */
  readonly key3?: Buffer;
  /** After the transport and the session id. */
  readonly suffix?: string;
}

const WEBSOCKET: Kind = {
  name: 'websocket',
  transport: 'websocket',
  family: 'socket',
  handshake: HANDSHAKE,
};

const SOCKETS: readonly Kind[] = [
  WEBSOCKET,
  { name: 'hixie-75', transport: 'websocket', family: 'socket', handshake: HIXIE_75 },
  { name: 'hixie-76', transport: 'websocket', family: 'socket', handshake: HIXIE_76, key3: KEY3 },
  { name: 'flashsocket', transport: 'flashsocket', family: 'socket', handshake: HANDSHAKE },
];

const KINDS_06: readonly Kind[] = [
  ...SOCKETS,
  { name: 'htmlfile', transport: 'htmlfile', family: 'streaming' },
  { name: 'htmlfile with goodbye', transport: 'htmlfile', family: 'streaming', suffix: '?goodbye' },
  { name: 'xhr-multipart', transport: 'xhr-multipart', family: 'streaming' },
  { name: 'server-events', transport: 'server-events', family: 'streaming' },
  { name: 'xhr-polling', transport: 'xhr-polling', family: 'polling' },
  { name: 'jsonp-polling', transport: 'jsonp-polling', family: 'polling', suffix: '/0' },
];

const KINDS_09: readonly Kind[] = [
  ...SOCKETS,
  { name: 'htmlfile', transport: 'htmlfile', family: 'streaming' },
  { name: 'xhr-polling', transport: 'xhr-polling', family: 'polling' },
  { name: 'jsonp-polling', transport: 'jsonp-polling', family: 'polling' },
];

export const GENERATIONS: Readonly<Record<Generation, readonly Kind[]>> = {
  '0.6': KINDS_06,
  '0.9': KINDS_09,
  delivery: KINDS_06,
};

/** The names of all transports. */
export const TRANSPORTS: readonly string[] = [
  ...new Set(KINDS_06.map(({ transport }) => transport)),
];

/** What a client with delivery probes. */
export const PROBED: Kind = WEBSOCKET;
