import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { parseQuery } from '../../protocol/v1/index.js';
import { RequestRecord } from '../request-record.js';

/** What 0.9 called `handshakeData`: the request that began the session. */
export class HandshakeData {
  /** When it was received, in milliseconds since 1970. */
  readonly issued: number = Date.now();
  /** True if the client uses TLS, to the server or to a proxy that `trustProxy` names. */
  readonly secure: boolean;
  /** @internal The origin of pages that it belongs to; see access/origins.ts. */
  _origin: string | null = null;
  /** @internal */ _kept: IncomingMessage | RequestRecord;
  #socket: Socket;
  readonly #address: string;
  readonly #port: number;

  /**
   * @param address where it came from
   * @param secure whether the client uses TLS
   * @param isSeen whether a program may hold the request: it must stay the same object then
   */
  constructor(request: IncomingMessage, address: string, secure: boolean, isSeen: boolean) {
    this._kept = (isSeen ? null : RequestRecord.of(request)) ?? request;
    this.#socket = request.socket;
    this.#address = address;
    this.#port = request.socket.remotePort ?? 0;
    this.secure = secure;
  }

  /** The address and port that it came from; empty and 0 if the connection had ended. */
  get address(): { readonly address: string; readonly port: number } {
    return { address: this.#address, port: this.#port };
  }

  /** The handshake. Its socket is that of the latest connection. */
  get request(): IncomingMessage {
    const kept = this._kept;
    return (this._kept = kept instanceof RequestRecord ? kept.restore(this.#socket, false) : kept);
  }

  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }

  /** The URL, with its query. */
  get url(): string {
    return this._kept.url ?? '';
  }

  /** The parameters of the URL, decoded as a form; a name that occurs twice has a list. */
  get query(): Record<string, string | string[]> {
    const mark = this.url.indexOf('?');
    return parseQuery(mark < 0 ? '' : this.url.slice(mark + 1));
  }

  /** True if the request has an `Origin`. */
  get xdomain(): boolean {
    return this.headers.origin !== undefined;
  }

  /** `issued` as text. */
  get time(): string {
    return String(new Date(this.issued));
  }

  /** @internal The session has another connection. */
  _moveTo(socket: Socket): void {
    this.#socket = socket;
    if (!(this._kept instanceof RequestRecord)) this._kept.socket = socket;
  }
}
