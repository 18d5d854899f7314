/** Formats the events of a connection, as text for people and as JSON for programs. @module */
import { toJsonText } from './json-text.js';

export type WireEvent =
  | { readonly event: 'connecting'; readonly transport: string }
  | {
      readonly event: 'connect';
      readonly transport: string;
      /** The first message: an id, or an object. */
      readonly handshake: unknown;
      /** Milliseconds since `connecting`. */
      readonly took: number;
    }
  | { readonly event: 'message'; readonly data: unknown }
  | { readonly event: 'sent'; readonly data: unknown }
  | {
      readonly event: 'heartbeat';
      readonly number: string;
      /** Milliseconds since the previous heartbeat, or since `connect`. */
      readonly after: number;
    }
  | {
      readonly event: 'payload';
      readonly direction: 'received' | 'sent';
      /** Zero or more messages with their framing, unchanged. */
      readonly payload: string;
    }
  | {
      /** A packet of Socket.IO 0.7 to 0.9. */
      readonly event: 'packet';
      readonly direction: 'received' | 'sent';
      /** The packet in words. */
      readonly meaning: string;
      readonly packet: string;
    }
  | { readonly event: 'disconnect' }
  | { readonly event: 'reconnecting'; readonly attempt: number }
  | { readonly event: 'error'; readonly message: string; readonly code: string | undefined };

/** C0 and C1 control characters, with which a terminal can be controlled. */
// oxlint-disable-next-line eslint/no-control-regex -- the expression matches control characters
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

function escapeControl(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A message as one line: text unchanged, other values as JSON. */
function format(data: unknown): string {
  return typeof data === 'string' ? data : toJsonText(data);
}

function describe(event: WireEvent): string {
  switch (event.event) {
    case 'connecting':
      return `connecting with ${event.transport}`;
    case 'connect':
      return `connected with ${event.transport} in ${event.took} ms: ${format(event.handshake)}`;
    case 'message':
      return `< ${format(event.data)}`;
    case 'sent':
      return `> ${format(event.data)}`;
    case 'heartbeat':
      return `♥ ${event.number} answered, after ${(event.after / 1000).toFixed(1)} s`;
    case 'payload':
      return `${event.direction === 'received' ? '<' : '>'} ${event.payload}`;
    case 'packet':
      return `${event.direction === 'received' ? '<' : '>'} ${event.meaning}`;
    case 'disconnect':
      return 'disconnected';
    case 'reconnecting':
      return `reconnecting, attempt ${event.attempt}`;
    default:
      return `! ${event.message}`;
  }
}

/** One line of text; `at` is in milliseconds since the start. */
export function toLine(event: WireEvent, at: number): string {
  const seconds = (at / 1000).toFixed(3).padStart(7);
  return `${seconds}  ${describe(event).replace(CONTROL, escapeControl)}`;
}

/** One line of JSON; `at` is in milliseconds since the start. */
export function toJson(event: WireEvent, at: number): string {
  return toJsonText({ at: Math.round(at), ...event }).replace(CONTROL, escapeControl);
}
