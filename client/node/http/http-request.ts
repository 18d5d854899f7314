/**
 * One HTTP request with the interface of `XMLHttpRequest`, as far as the client's core uses it.
 *
 * @module
 */
import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { Xhr } from '../../core/platform.js';
import { ClientError } from '../errors.js';
import type { RequestConfig } from '../request-config.js';
import { readRefusal } from './refusal.js';
import { TextBuffer } from './text-buffer.js';

/** `XMLHttpRequest.DONE` */
const DONE = 4;
const NO_CONTENT = 204;
const FORM = 'application/x-www-form-urlencoded; charset=utf-8';

/** True if the server closed a kept-alive connection while the request was written to it. */
function isStale(request: http.ClientRequest, error: NodeJS.ErrnoException): boolean {
  return request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

export class HttpRequest implements Xhr {
  readyState = 0;
  /** 0 until the response, and if that is cut off or too long. */
  status = 0;
  /** The text of the response, once that is complete. */
  responseText = '';
  /** The `Content-Type` of a body. */
  contentType: string = FORM;
  onreadystatechange: (() => void) | null = null;
  /** Receives the text in pieces; `responseText` stays empty then. */
  onText: ((text: string) => void) | null = null;
  readonly #config: RequestConfig;
  readonly #onError: (error: unknown) => void;
  #method = 'GET';
  #url = '';
  #request: http.ClientRequest | null = null;
  readonly #text: TextBuffer = new TextBuffer();

  /** @param onError called with the reason of a failure, before `onreadystatechange`. */
  constructor(config: RequestConfig, onError: (error: unknown) => void) {
    this.#config = config;
    this.#onError = onError;
  }

  /** The network socket of the request, once it has one. */
  get socket(): Socket | null {
    return this.#request?.socket ?? null;
  }

  open(method: string, url: string): void {
    this.#method = method;
    const { query } = this.#config;
    this.#url = url + (url.includes('?') ? query.replace('?', '&') : query);
  }

  send(body: string | null): void {
    const config = this.#config;
    const headers = config.headers();
    const request = (this.#url.startsWith('https:') ? https : http).request(this.#url, {
      ...config.requestOptions,
      method: this.#method,
      headers: body === null ? headers : { 'Content-Type': this.contentType, ...headers },
    });
    this.#request = request;
    request.on('response', (response) => this.#read(response));
    request.on('error', (error) => {
      // Retried once per stale connection, as browsers do: the server has not read the request.
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
    this.#config.cookies.store(response.headers['set-cookie']);
    if (status !== 200) {
      this.#refuse(status, response);
      return;
    }
    this.status = status;
    response.on('error', (error) => this.#fail(error));
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#append(text));
    response.on('end', () => {
      this.responseText = this.#text.take();
      this.#done();
    });
  }

  #refuse(status: number, response: http.IncomingMessage): void {
    if (status === NO_CONTENT) {
      // the response to the last poll of a session that the server closes
      response.resume();
      this.#done();
      return;
    }
    readRefusal(response, (error) => this.#fail(error, status));
  }

  #append(text: string): void {
    if (this.readyState === DONE) return;
    if (this.onText) {
      this.onText(text);
      return;
    }
    this.#text.append(text);
    if (this.#text.byteLength > (this.#config.maxPayload || Infinity)) this.overflow();
  }

  /** Fails: the response is longer than `maxPayload`. */
  overflow(): void {
    const message = `The response is longer than \`maxPayload\` (${this.#config.maxPayload} bytes)`;
    this.#fail(new ClientError('ERR_SIO_TOO_LARGE', message));
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
