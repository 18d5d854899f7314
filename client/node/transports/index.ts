/**
 * The transports of the browser client as they are in Node.
 *
 * @module
 */
import type { Base, Transport, TransportOptions } from '../../core/transport.js';
import { XHRPolling } from '../../core/transports/xhr-polling.js';
import { frame, HEARTBEAT } from '../../../lib/protocol/frames.js';
import { sessionIdOf } from '../handshake.js';
import { linkOf } from '../request-config.js';
import { overHttp } from './http.js';
import { ServerEvents } from './server-events.js';
import { NodeWebSocket } from './websocket.js';

/** A transport that is all there. */
interface WholeTransport extends Transport {
  connect(): this;
  send(data: unknown): this;
}

/** The class of one. */
export type TransportType = new (base: Base, options?: TransportOptions) => WholeTransport;

/** A transport that was greeted. */
export interface Greeted extends WholeTransport {
  /** The first message of the session as it came. */
  handshake: string | undefined;
}

/** Adds what a program can ask for and a page cannot. */
function forPrograms(Type: TransportType): TransportType {
  return class extends Type implements Greeted {
    declare handshake: string | undefined;

    override onMessage(text: string): void {
      if (!this.sessionid) {
        this.handshake = text;
        this.sessionid = sessionIdOf(text);
        this.onConnect();
      } else if (!linkOf(this.base).raw || text.startsWith(HEARTBEAT)) {
        super.onMessage(text);
      } else {
        if (!this.connected) this.onConnect();
        this.base._onMessage(text);
      }
    }

    override encode(messages: unknown): string {
      if (!linkOf(this.base).raw) return super.encode(messages);
      return ([] as unknown[])
        .concat(messages)
        .map((message) => (typeof message === 'string' ? frame(message) : super.encode([message])))
        .join('');
    }

    override onHeartbeat(heartbeat: string): void {
      super.onHeartbeat(heartbeat);
      this.base.emit('heartbeat', [heartbeat]);
    }

    /** The watch for a dead link; a `timeout` of 0 is none. */
    override setTimeout(): void {
      if (this.options.timeout > 0) super.setTimeout();
    }
  };
}

/** The transports by name. */
export const transports: ReadonlyMap<string, TransportType> = new Map([
  ['websocket', forPrograms(NodeWebSocket)],
  ['server-events', forPrograms(overHttp(ServerEvents))],
  ['xhr-polling', forPrograms(overHttp(XHRPolling))],
]);
