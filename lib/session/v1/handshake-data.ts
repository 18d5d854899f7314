import { IncomingMessage, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { parseQuery } from '../../protocol/v1/index.js';

/**
 * What a request contains, without what Node attaches to it: a session keeps its handshake for life,
 * and the connection that the handshake came on may have ended long before.
 */
function copyOf(request: IncomingMessage): IncomingMessage {
  const copy = new IncomingMessage(request.socket);
  copy.method = request.method ?? 'GET';
  copy.url = request.url ?? '';
  copy.httpVersion = request.httpVersion;
  copy.httpVersionMajor = request.httpVersionMajor;
  copy.httpVersionMinor = request.httpVersionMinor;
  copy.rawHeaders = request.rawHeaders;
  copy.headers = request.headers;
  copy.complete = true;
  return copy;
}

/** What 0.9 called `handshakeData`: the request that began the session. */
export class HandshakeData {
  /** The handshake, as a copy without its body. Its socket is that of the latest connection. */
  readonly request: IncomingMessage;
  /** When it was received, in milliseconds since 1970. */
  readonly issued: number = Date.now();
  /** True if the client uses TLS, to the server or to a proxy that `trustProxy` names. */
  readonly secure: boolean;
  readonly #address: string;
  readonly #port: number;

  /**
   * @param address where it came from
   * @param secure whether the client uses TLS
   */
  constructor(request: IncomingMessage, address: string, secure: boolean) {
    this.request = copyOf(request);
    this.#address = address;
    this.#port = request.socket.remotePort ?? 0;
    this.secure = secure;
  }

  /** The address and port that it came from; empty and 0 if the connection had ended. */
  get address(): { readonly address: string; readonly port: number } {
    return { address: this.#address, port: this.#port };
  }

  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }

  /** The URL, with its query. */
  get url(): string {
    return this.request.url ?? '';
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
    this.request.socket = socket;
  }
}
