/**
 * One HTTP request with the face of an `XMLHttpRequest`, as far as the client's core uses it.
 *
 * @module
 */
import * as http from 'node:http';
import * as https from 'node:https';
import type { Xhr } from '../core/platform.js';
import { ClientError } from './errors.js';
import type { Link } from './request-config.js';

/** `XMLHttpRequest.DONE` */
const DONE = 4;
const NO_CONTENT = 204;
const FORM = 'application/x-www-form-urlencoded; charset=utf-8';

/** A kept-alive connection that the server closed as we wrote to it. */
function isStale(request: http.ClientRequest, error: NodeJS.ErrnoException): boolean {
  return request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

export class HttpRequest implements Xhr {
  readyState = 0;
  /** 0 until there is an answer, and if it breaks off or is too long. */
  status = 0;
  responseText = '';
  onreadystatechange: (() => void) | null = null;
  /** Takes the text as it comes; it is not kept then. */
  onText: ((text: string) => void) | null = null;
  readonly #link: Link;
  readonly #onError: (error: unknown) => void;
  #method = 'GET';
  #url = '';
  #request: http.ClientRequest | null = null;
  #received = 0;

  /** @param onError hears why a request has failed, before it is done. */
  constructor(link: Link, onError: (error: unknown) => void) {
    this.#link = link;
    this.#onError = onError;
  }

  open(method: string, url: string): void {
    this.#method = method;
    this.#url = url + this.#link.query;
  }

  send(body: string | null): void {
    const link = this.#link;
    const headers = link.headers();
    const request = (this.#url.startsWith('https:') ? https : http).request(this.#url, {
      ...link.tls,
      ...(link.agent && { agent: link.agent }),
      method: this.#method,
      headers: body === null ? headers : { 'Content-Type': FORM, ...headers },
    });
    this.#request = request;
    request.on('response', (response) => this.#read(response));
    request.on('error', (error) => {
      // As in browsers: nothing has been answered, so nothing has been done with it.
      if (this.status === 0 && this.readyState !== DONE && isStale(request, error)) this.send(body);
      else this.#fail(error);
    });
    request.end(body ?? undefined);
  }

  abort(): void {
    this.readyState = DONE;
    this.#request?.destroy();
  }

  #read(response: http.IncomingMessage): void {
    const status = response.statusCode ?? 0;
    this.#link.cookies.take(response.headers['set-cookie']);
    response.on('error', (error) => this.#fail(error));
    if (status !== 200) {
      response.resume();
      this.#refused(status, response.statusMessage ?? '');
      return;
    }
    this.status = status;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#take(text));
    response.on('end', () => this.#done());
  }

  #refused(status: number, why: string): void {
    // the farewell of a server to a poll
    if (status === NO_CONTENT) {
      this.#done();
      return;
    }
    const what = `Expected the status 200, got ${status} ${why}`.trim();
    this.#fail(new ClientError('ERR_SIO_REFUSED', what, { statusCode: status }), status);
  }

  #take(text: string): void {
    if (this.readyState === DONE) return;
    if (this.onText) {
      this.onText(text);
      return;
    }
    this.#received += Buffer.byteLength(text);
    if (this.#received <= (this.#link.maxPayload || Infinity)) this.responseText += text;
    else this.overflow();
  }

  /** Gives up, since there is more than may be. */
  overflow(): void {
    const what = `An answer is longer than the ${this.#link.maxPayload} bytes allowed`;
    this.#fail(new ClientError('ERR_SIO_TOO_LARGE', what));
    this.#request?.destroy();
  }

  #fail(error: unknown, status = 0): void {
    if (this.readyState === DONE) return;
    this.status = status;
    this.#onError(error);
    this.#done();
  }

  #done(): void {
    if (this.readyState === DONE) return;
    this.readyState = DONE;
    this.onreadystatechange?.();
  }
}
