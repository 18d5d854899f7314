import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A method of IncomingMessage that Node's parser calls; it has no public counterpart. */
interface HeaderReader {
  _addHeaderLines(rawHeaders: string[], length: number): void;
}

/** Number of properties of a request without upgrade that only Node has touched. */
let propertyCount = 0;

/**
 * The content of the request of an upgrade, or of a handshake of 0.9, without the object.
 *
 * `client.request` is part of the API of 0.6, but most programs never read it, and the object with
 * its stream takes 1.2 KiB of each idle session. So a session keeps this record of a request that
 * no program has seen, and makes the object again when it is read.
 */
export class RequestRecord {
  readonly url: string;
  readonly #rawHeaders: string[];

  private constructor(url: string, rawHeaders: string[]) {
    this.url = url;
    this.#rawHeaders = rawHeaders;
  }

  /**
   * Returns null if the record cannot replace the request: the request is unusual, or a program
   * that wraps the events of the server has added a property to it or changed its headers.
   *
   * @param url the URL that the program reads
   */
  static of(request: IncomingMessage, url: string = request.url ?? ''): RequestRecord | null {
    const { rawHeaders, method, httpVersion } = request;
    if (method !== 'GET' || httpVersion !== '1.1' || hasChanged(request)) return null;
    return new RequestRecord(url, rawHeaders);
  }

  /** Makes the request again. */
  restore(socket: Socket, isUpgrade = true): IncomingMessage {
    const request = fresh(socket, this.#rawHeaders, isUpgrade);
    request.url = this.url;
    return request;
  }
}

function fresh(socket: Socket, rawHeaders: string[], isUpgrade = true): IncomingMessage {
  const request = new IncomingMessage(socket);
  const reader = request as unknown as HeaderReader;
  reader._addHeaderLines(rawHeaders, rawHeaders.length);
  Object.assign(request, {
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    httpVersion: '1.1',
    method: 'GET',
    upgrade: isUpgrade,
    complete: true,
  });
  request.push(null);
  return request;
}

function hasChanged(request: IncomingMessage): boolean {
  const { headers, rawHeaders } = request;
  if (Object.keys(headers).length * 2 !== rawHeaders.length) return true;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    if (headers[name] !== rawHeaders[i + 1]) return true;
  }
  propertyCount ||= Reflect.ownKeys(fresh(request.socket, [])).length;
  // Node adds a property to the request of an upgrade, when it takes the parser from it. Their
  // number takes 1 us to find, their names 3 us.
  const { upgrade } = request as { readonly upgrade?: boolean };
  return Reflect.ownKeys(request).length !== propertyCount + (upgrade === true ? 1 : 0);
}
