/** The request that begins a session of Socket.IO 0.7 to 0.9. @module */
import { decodeHandshake, type Handshake } from '../../../lib/protocol/v1/index.js';
import { whenDone } from '../../core/request.js';
import { cacheBuster } from '../../core/util.js';
import { ClientError } from '../errors.js';
import { HttpRequest } from '../http/http-request.js';
import type { DialectSocket } from '../dialect/dialect.js';

/** The URL of protocol 1 at a server, with a slash at the end. */
export function baseUrl({ host, options }: Pick<DialectSocket, 'host' | 'options'>): string {
  const { secure, port, resource } = options;
  return `http${secure ? 's' : ''}://${host}:${port}/${resource}/1/`;
}

/** A handshake in progress. */
export class HandshakeRequest {
  readonly result: Promise<Handshake>;
  readonly #request: HttpRequest;

  constructor(socket: DialectSocket) {
    let reason: unknown;
    this.#request = new HttpRequest(socket.config, (error) => {
      reason = error;
    });
    this.result = new Promise((resolve, reject) => {
      whenDone(this.#request, (status) => {
        const handshake = status === 200 ? decodeHandshake(this.#request.responseText) : null;
        // Any text without a colon is the id of a handshake without transports.
        if (handshake && handshake.transports.length > 0) resolve(handshake);
        else reject((reason as Error | undefined) ?? notUnderstood());
      });
    });
    this.#request.open('GET', `${baseUrl(socket)}?t=${cacheBuster()}`);
    this.#request.send(null);
  }

  abort(): void {
    this.#request.abort();
  }
}

function notUnderstood(): ClientError {
  const message = 'The response is not a handshake of Socket.IO 0.7 to 0.9';
  return new ClientError('ERR_SIO_CONNECT_FAILED', message);
}
