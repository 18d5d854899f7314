/** What the Node client adds to every transport of the client's core. @module */
import type { Transport, TransportOptions } from '../../core/transport.js';
import { decode, frame, HEARTBEAT } from '../../../lib/protocol/frames.js';
import { sessionIdOf } from '../handshake.js';
import type { NetworkSockets } from '../progress.js';
import type { NodeBase } from '../request-config.js';
import { withProgressTimeout } from './progress-timeout.js';

/** A transport without abstract methods. */
interface ConcreteTransport extends Transport {
  connect(): this;
  send(data: unknown): this;
  /** The network sockets that are in use. */
  sockets(): NetworkSockets;
}

/** The constructor of a transport. */
export type TransportType = new (base: NodeBase, options?: TransportOptions) => ConcreteTransport;

/** A transport that keeps the first message of its session. */
export interface WithHandshake extends ConcreteTransport {
  /** The text of the first message; undefined if the session was resumed. */
  handshake: string | undefined;
}

/**
 * Adds JSON handshakes, the `raw` option, the `heartbeat` event, and a `timeout` that counts the
 * bytes of unfinished messages as progress; 0 is none.
 */
export function withNodeFeatures(Type: TransportType): TransportType {
  return class WithNodeFeatures extends withProgressTimeout(Type) implements WithHandshake {
    declare readonly base: NodeBase;
    declare handshake: string | undefined;

    override onData(payload: string): void {
      this.base.config.onPayload?.('received', payload);
      super.onData(payload);
    }

    override onMessage(text: string): void {
      if (!this.sessionid) {
        this.handshake = text;
        this.sessionid = sessionIdOf(text);
        this.onConnect();
      } else if (!this.base.config.raw || text.startsWith(HEARTBEAT)) {
        super.onMessage(text);
      } else {
        if (!this.connected) this.onConnect();
        this.base._onMessage(text);
      }
    }

    override encode(messages: unknown): string {
      if (!this.base.config.raw) return super.encode(messages);
      return ([] as unknown[])
        .concat(messages)
        .map((message) => (typeof message === 'string' ? frame(message) : super.encode([message])))
        .join('');
    }

    /** Replaces the short implementation of the core by the fast one. */
    override decode(payload: string): string[] {
      return decode(payload);
    }

    override onHeartbeat(heartbeat: string): void {
      super.onHeartbeat(heartbeat);
      this.base.emit('heartbeat', [heartbeat]);
    }
  };
}
