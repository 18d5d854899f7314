/**
 * The bytes of sessions of each generation, on each of their transports.
 *
 * @module
 */
import { encodePayload } from '../../../lib/protocol/v1/index.js';
import type { ListenerOptions } from '../../../lib/index.js';
import { GENERATIONS, type Kind } from '../../model/peers/kinds.js';
import { connectTo, frameOf } from '../../model/peers/requests.js';
import { HttpDriver, VARIANTS } from '../../support/drivers/index.js';
import { KEY3 } from '../../support/frames.js';
import { framed } from '../../support/payload.js';
import { form, requestBytes } from '../../support/raw.js';

/** A session as its client knows it. */
export interface Known {
  readonly sessionId: string;
  /** With delivery, the key; otherwise empty. */
  readonly key: string;
  /** With delivery, the number of the current attempt. */
  readonly attempt: number;
}

/** A transport of one generation. */
export interface Dialect {
  readonly name: string;
  readonly transport: string;
  readonly isHttp: boolean;
  /** True if a handshake precedes the first connection. */
  readonly hasHandshake: boolean;
  /** Of the Listener, with this time between two connections. */
  options(closeTimeout?: number): ListenerOptions;
  /** The request for a session. */
  begin(): Buffer;
  /** The request for a connection of a session. */
  connect(session: Known): Buffer;
  /** What follows a request for a connection: the third key. */
  readonly key3: Buffer;
  /** A message: a frame, or a POST. */
  message(session: Known, text: string): Buffer;
  /** Of 0.9 only: any packet. */
  packet?(session: Known, packet: string): Buffer;
}

const NO_KEY = Buffer.alloc(0);

/** What frames of drafts and of RFC 6455 depend on. */
function kindOf(name: string): Kind {
  const isDraft = name.includes('hixie');
  return GENERATIONS['0.6'].find(
    (kind) => kind.name === (isDraft ? 'hixie-75' : 'websocket'),
  ) as Kind;
}

const OF_06: readonly Dialect[] = VARIANTS.filter(({ name }) => !/third key/.test(name)).map(
  ({ name, create }) => {
    const driver = create(0);
    const { transport } = driver;
    const isHttp = driver instanceof HttpDriver;
    return {
      name,
      transport,
      isHttp,
      hasHandshake: false,
      key3: name.includes('76') ? KEY3 : NO_KEY,
      options: (closeTimeout) =>
        closeTimeout === undefined ? {} : { transportOptions: { [transport]: { closeTimeout } } },
      begin: () => driver.opening(''),
      connect: ({ sessionId }) => driver.opening(sessionId),
      message: ({ sessionId }, text) =>
        isHttp
          ? requestBytes(`/socket.io/${transport}/${sessionId}/send/1/0`, {
              method: 'POST',
              body: form(framed(text)),
            })
          : frameOf(kindOf(name), framed(text)),
    };
  },
);

function packetOf(kind: Kind, sessionId: string, packet: string): Buffer {
  return kind.family === 'socket'
    ? frameOf(kind, packet)
    : postOf09(kind.transport, sessionId, packet);
}

function postOf09(transport: string, sessionId: string, packet: string): Buffer {
  const payload = encodePayload([packet]);
  const isForm = transport === 'jsonp-polling';
  return requestBytes(`/socket.io/1/${transport}/${sessionId}?t=1`, {
    method: 'POST',
    body: isForm ? `d=${encodeURIComponent(JSON.stringify(payload))}` : payload,
  });
}

export const OF_09: readonly Dialect[] = GENERATIONS['0.9'].map((kind) => ({
  name: `${kind.name} of 0.9`,
  transport: kind.transport,
  isHttp: kind.family !== 'socket',
  hasHandshake: true,
  key3: kind.key3 ?? NO_KEY,
  options: (closeTimeout) => (closeTimeout === undefined ? {} : { protocol1: { closeTimeout } }),
  begin: () => requestBytes('/socket.io/1/?t=1'),
  connect: ({ sessionId }) =>
    connectTo(kind, `/socket.io/1/${kind.transport}/${sessionId}?t=1&i=0`),
  message: ({ sessionId }, text) => packetOf(kind, sessionId, `3:::${text}`),
  packet: ({ sessionId }, packet) => packetOf(kind, sessionId, packet),
}));

function pathOf({ transport, suffix = '' }: Kind, sessionId: string, place: string): string {
  return `/socket.io/${transport}/${sessionId}/${place}${suffix}`;
}

export const DELIVERING: readonly Dialect[] = GENERATIONS['delivery'].map((kind) => ({
  name: `${kind.name} with delivery`,
  transport: kind.transport,
  isHttp: kind.family !== 'socket',
  hasHandshake: false,
  key3: kind.key3 ?? NO_KEY,
  options: (closeTimeout) => ({ delivery: { window: closeTimeout ?? 20_000 } }),
  begin: () => connectTo(kind, pathOf(kind, '', 'c=1&a=0&t=1')),
  connect: ({ sessionId, key, attempt }) =>
    connectTo(kind, pathOf(kind, sessionId, `c=${attempt}&a=0&k=${key}&t=1`)),
  message: ({ sessionId, key, attempt }, text) =>
    kind.family === 'socket'
      ? frameOf(kind, framed(text))
      : requestBytes(pathOf(kind, sessionId, `send/c=${attempt}&a=0&k=${key}&s=1&t=1`), {
          method: 'POST',
          body: form(framed(text)),
        }),
}));

/** Every transport of every generation. */
export const DIALECTS: readonly Dialect[] = [...OF_06, ...OF_09, ...DELIVERING];
