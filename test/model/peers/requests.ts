/**
 * The bytes that clients of 0.6 send, and the frames of WebSockets.
 *
 * @module
 */
import { HANDSHAKE, HIXIE_76, maskedFrame } from '../../support/frames.js';
import { framed } from '../../support/payload.js';
import { requestBytes } from '../../support/raw.js';
import type { Kind } from './kinds.js';

/** A request for a WebSocket or for an HTTP connection, without the third key. */
export function connectTo({ handshake }: Kind, path: string): Buffer {
  const headers = handshake && { Origin: 'http://localhost', ...handshake };
  return requestBytes(path, headers && { headers });
}

/** Requests a connection: for a new session if `sessionId` is empty. */
export function opening(kind: Kind, sessionId: string): Buffer {
  const { transport, handshake, suffix = '' } = kind;
  const path = ['/socket.io', transport, sessionId].filter(Boolean).join('/');
  return connectTo(kind, handshake ? path : `/socket.io/${transport}/${sessionId}/1${suffix}`);
}

/** A text as a frame of a WebSocket. */
export function frameOf({ handshake }: Kind, text: string): Buffer {
  return handshake === HANDSHAKE ? maskedFrame(0x81, text) : Buffer.from(`\0${text}\xff`, 'latin1');
}

/** The close frame of a WebSocket; null for draft 75, which has none. */
export function closeFrameOf({ handshake }: Kind): Buffer | null {
  if (handshake === HANDSHAKE) return maskedFrame(0x88, Buffer.of(3, 232));
  return handshake === HIXIE_76 ? Buffer.of(0xff, 0x00) : null;
}

/**
 * A POST of messages, or of a close request with them.
 *
 * @param rest follows the session id: `send`, with a number `send/n1`, or `close`
 */
export function postOf(
  { transport, suffix = '' }: Kind,
  sessionId: string,
  texts: readonly string[],
  rest = 'send',
): Buffer {
  return requestBytes(`/socket.io/${transport}/${sessionId}/${rest}${suffix}`, {
    method: 'POST',
    body: texts.length > 0 ? `data=${framed(...texts)}` : '',
  });
}
