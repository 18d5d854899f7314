/**
 * The bytes that clients of the model send.
 *
 * @module
 */
import { HANDSHAKE, HIXIE_75, HIXIE_76, KEY3, maskedFrame } from '../support/frames.js';
import { framed } from '../support/payload.js';
import { requestBytes } from '../support/raw.js';

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

export const KINDS: readonly Kind[] = [
  { name: 'websocket', transport: 'websocket', family: 'socket', handshake: HANDSHAKE },
  { name: 'hixie-75', transport: 'websocket', family: 'socket', handshake: HIXIE_75 },
  { name: 'hixie-76', transport: 'websocket', family: 'socket', handshake: HIXIE_76, key3: KEY3 },
  { name: 'flashsocket', transport: 'flashsocket', family: 'socket', handshake: HANDSHAKE },
  { name: 'htmlfile', transport: 'htmlfile', family: 'streaming' },
  { name: 'htmlfile with goodbye', transport: 'htmlfile', family: 'streaming', suffix: '?goodbye' },
  { name: 'xhr-multipart', transport: 'xhr-multipart', family: 'streaming' },
  { name: 'server-events', transport: 'server-events', family: 'streaming' },
  { name: 'xhr-polling', transport: 'xhr-polling', family: 'polling' },
  { name: 'jsonp-polling', transport: 'jsonp-polling', family: 'polling', suffix: '/0' },
];

/** Requests a connection: for a new session if `sessionId` is empty. Without the third key. */
export function opening({ transport, handshake, suffix = '' }: Kind, sessionId: string): Buffer {
  if (handshake) {
    const path = ['/socket.io', transport, sessionId].filter(Boolean).join('/');
    return requestBytes(path, { headers: { Origin: 'http://localhost', ...handshake } });
  }
  return requestBytes(`/socket.io/${transport}/${sessionId}/1${suffix}`);
}

/** A message as a frame of a WebSocket. */
export function frameOf({ handshake }: Kind, ...texts: readonly string[]): Buffer {
  const payload = framed(...texts);
  return handshake === HANDSHAKE
    ? maskedFrame(0x81, payload)
    : Buffer.from(`\0${payload}\xff`, 'latin1');
}

/** The close frame of a WebSocket; null for draft 75, which has none. */
export function closeFrameOf({ handshake }: Kind): Buffer | null {
  if (handshake === HANDSHAKE) return maskedFrame(0x88, Buffer.of(3, 232));
  return handshake === HIXIE_76 ? Buffer.of(0xff, 0x00) : null;
}

/** A POST of messages, or of a close request with them; `rest` may have a number: `send/n1`. */
export function postOf(
  { transport, suffix = '' }: Kind,
  sessionId: string,
  texts: readonly string[],
  rest = 'send',
): Buffer {
  const path = `/socket.io/${transport}/${sessionId}/${rest}${suffix}`;
  return requestBytes(path, {
    method: 'POST',
    body: texts.length > 0 ? `data=${framed(...texts)}` : '',
  });
}
