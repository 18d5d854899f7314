/** The transports of the Node client with the packets of Socket.IO 0.7 to 0.9. @module */
import { WebSocket } from 'ws';
import { decodePayload } from '../../../lib/protocol/v1/index.js';
import { framePacket } from '../../../lib/protocol/v1/payload.js';
import { noop } from '../../core/platform.js';
import { whenDone } from '../../core/request.js';
import { CloseKind } from '../../core/transport.js';
import { XHRPolling } from '../../core/transports/xhr-polling.js';
import { cacheBuster } from '../../core/util.js';
import { append } from '../payload-batch.js';
import type { NodeBase } from '../request-config.js';
import type { TransportType } from '../transports/features.js';
import { HixieWebSocket } from '../transports/hixie.js';
import { withNodeHttp } from '../transports/http.js';
import { withProgressTimeout } from '../transports/progress-timeout.js';
import { NodeWebSocket } from '../transports/websocket.js';
import type { DialectV1 } from './dialect-v1.js';

const DISCONNECT = '0::';

/** What these transports need of their `Socket`. */
interface Base extends NodeBase {
  readonly _dialect: DialectV1;
}

/** A WebSocket: one packet per message. */
function overSocket(Type: typeof NodeWebSocket): TransportType {
  return class PacketSocket extends Type {
    declare readonly base: Base;

    override connect(): this {
      const { _dialect: dialect } = this.base;
      this.sessionid = dialect.sessionId;
      super.connect();
      // With a handshake, the packet `1::` opens the session.
      const { socket } = this;
      // oxlint-disable-next-line unicorn/prefer-add-event-listener -- replaces that of the base class
      if (socket) socket.onopen = dialect.hasHandshake ? noop : () => this.onConnect();
      return this;
    }

    override prepareUrl(): string {
      const { _dialect: dialect, config } = this.base;
      return (
        dialect.sessionUrl('websocket', this.sessionid ?? '').replace(/^http/, 'ws') + config.query
      );
    }

    override decode(payload: string): string[] {
      this.base.config.onPayload?.('received', payload);
      return [payload];
    }

    override onMessage(text: string): void {
      this.base._dialect.onPacket(text, this);
    }

    override send(data: unknown): this {
      const { socket, base } = this;
      if (socket?.readyState !== WebSocket.OPEN) {
        append(base.queueStack, data);
        return this;
      }
      for (const packet of ([] as unknown[]).concat(data) as string[]) {
        base.config.onPayload?.('sent', packet);
        base.config.onPacket?.('sent', packet);
        socket.send(packet);
      }
      return this;
    }

    override _close(kind: CloseKind): void {
      if (kind === CloseKind.LOCAL && this.connected && this.base._dialect.hasHandshake) {
        this.send(DISCONNECT);
      }
      super._close(kind);
    }
  };
}

/** Long polling: the body of a response and of a POST is a payload of packets. */
class PacketPolling extends withNodeHttp(XHRPolling) {
  declare readonly base: Base;

  override connect(): this {
    this.sessionid = this.base._dialect.sessionId;
    this.get();
    return this;
  }

  override prepareUrl(): string {
    return this.base._dialect.sessionUrl(this.type, this.sessionid ?? '');
  }

  override _url(rest: string | number): string {
    return `${this.prepareUrl()}?t=${rest}`;
  }

  override decode(payload: string): string[] {
    this.base.config.onPayload?.('received', payload);
    return decodePayload(payload);
  }

  override onMessage(text: string): void {
    this.base._dialect.onPacket(text, this);
  }

  override encode(packets: unknown): string {
    return (packets as string[]).map(framePacket).join('');
  }

  override sizeOf(frames: string): number {
    return Buffer.byteLength(frames);
  }

  override sendIORequest(payload: string): void {
    const { config } = this.base;
    const packets = this._batch as string[];
    // One packet is not framed.
    const body = packets.length === 1 ? (packets[0] as string) : payload;
    config.onPayload?.('sent', body);
    for (const packet of packets) config.onPacket?.('sent', packet);
    const xhr = this.request(cacheBuster(), 'POST');
    xhr.contentType = 'text/plain;charset=UTF-8';
    this.sendXHR = xhr;
    this._watchPost();
    whenDone(xhr, (status) => this._posted(status));
    xhr.send(body);
  }

  /** The last packet of the session is `0::`. */
  override _close(kind: CloseKind): void {
    if (kind === CloseKind.LOCAL && this.connected) this.send(DISCONNECT);
    super._close(kind);
  }

  /** `0::` has been posted: there is nothing to add. */
  override _sendCloseRequest(): void {
    this.abortAll();
  }
}
PacketPolling.prototype.type = 'xhr-polling';

/** The transports by name. */
export const transportsV1: ReadonlyMap<string, TransportType> = new Map<string, TransportType>([
  ['websocket', withProgressTimeout(overSocket(NodeWebSocket))],
  ['hixie-76', withProgressTimeout(overSocket(HixieWebSocket))],
  ['xhr-polling', withProgressTimeout(PacketPolling)],
]);
