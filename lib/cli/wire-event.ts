/** What passes on the wire, for people and for programs. @module */

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
      /** Milliseconds since the last one, or since `connect`. */
      readonly after: number;
    }
  | { readonly event: 'disconnect' }
  | { readonly event: 'reconnecting'; readonly attempt: number }
  | { readonly event: 'error'; readonly message: string; readonly code: string | undefined };

/** What a terminal would take for a command: C0 and C1 control characters. */
// oxlint-disable-next-line eslint/no-control-regex -- these are what it is about
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

function escapeControl(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A message as one line: text as it is, all else as JSON. */
function show(data: unknown): string {
  return typeof data === 'string' ? data : (JSON.stringify(data) ?? String(data));
}

function describe(event: WireEvent): string {
  switch (event.event) {
    case 'connecting':
      return `connecting by ${event.transport}`;
    case 'connect':
      return `connected by ${event.transport} in ${event.took} ms: ${show(event.handshake)}`;
    case 'message':
      return `< ${show(event.data)}`;
    case 'sent':
      return `> ${show(event.data)}`;
    case 'heartbeat':
      return `♥ ${event.number} answered, after ${(event.after / 1000).toFixed(1)} s`;
    case 'disconnect':
      return 'disconnected';
    case 'reconnecting':
      return `reconnecting, attempt ${event.attempt}`;
    default:
      return `! ${event.message}`;
  }
}

/** One line for people; `at` is in milliseconds. */
export function toLine(event: WireEvent, at: number): string {
  const seconds = (at / 1000).toFixed(3).padStart(7);
  return `${seconds}  ${describe(event).replace(CONTROL, escapeControl)}`;
}

/** One line of JSON; `at` is in milliseconds. */
export function toJson(event: WireEvent, at: number): string {
  return JSON.stringify({ at: Math.round(at), ...event }).replace(CONTROL, escapeControl);
}
