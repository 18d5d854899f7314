/**
 * The receivers of a recording that `replay` serves: a client of a Listener, or of a feed.
 *
 * @module
 */
import type { WebSocket } from 'ws';
import type { Client } from '../../index.js';
import { encodeHeartbeat, frame, JSON_TEXT } from '../../protocol/frames.js';
import { SharedPayload } from '../../session/shared-payload.js';
import { systemClock, type Clock } from '../../util/timers.js';
import { toJsonText } from '../json-text.js';
import type { Outlet } from './player.js';
import { SESSION_ID } from './recording.js';

/** Bytes that may wait for the client of a feed. */
const HIGH_WATER_MARK = 65_536;
/** Clients close a connection that is silent for 15 seconds. */
const HEARTBEAT_MS = 10_000;
const PREFIX = /^~[hj]~/;

/** The text of a message: JSON has its prefix, as it had when it was recorded. */
function textOf(data: unknown, sessionId: string): string {
  if (typeof data === 'string' && !PREFIX.test(data)) return data.replaceAll(SESSION_ID, sessionId);
  return JSON_TEXT + toJsonText(data).replaceAll(SESSION_ID, sessionId);
}

function payloadOf(messages: readonly unknown[], sessionId: string): string {
  return messages.map((data) => frame(textOf(data, sessionId))).join('');
}

/** The outlet to a client of a Listener. */
export function toClient(client: Client): Outlet {
  return {
    sendMessages(messages) {
      client._sendShared(new SharedPayload(payloadOf(messages, client.sessionId)));
    },
    sendEvent: (name, args) => client.events.emit(name, ...args),
    end: () => void client.disconnect(),
    isFull(onDrain) {
      if (client.writable || !client.connected) return false;
      client.once('drain', onDrain);
      return true;
    },
  };
}

/** Sends heartbeats until the returned function is called. */
export function sendHeartbeats(
  send: (payload: string) => void,
  clock: Clock = systemClock,
): () => void {
  let number = 0;
  let timer: unknown;
  const schedule = (): void => {
    timer = clock.setTimeout(() => {
      send(encodeHeartbeat(++number));
      schedule();
    }, HEARTBEAT_MS);
  };
  schedule();
  return () => clock.clearTimeout(timer);
}

/** The outlet to a client of a feed, whose messages are frames in a WebSocket. */
export function toFeed(socket: WebSocket, sessionId: string): Outlet {
  return {
    sendMessages: (messages) => socket.send(payloadOf(messages, sessionId)),
    sendEvent(name, args) {
      socket.send(payloadOf([{ name, args }], sessionId));
    },
    end: () => socket.close(1000),
    isFull(onDrain) {
      if (socket.bufferedAmount < HIGH_WATER_MARK) return false;
      // called when all data before it has been written
      socket.ping(undefined, undefined, () => onDrain());
      return true;
    },
  };
}
