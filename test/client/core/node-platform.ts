/**
 * A minimal browser platform, made of Node's APIs, to run the client against a real server.
 *
 * @module
 */
import { request } from 'node:http';
import { WebSocket } from 'ws';
import { type Platform, setPlatform, type Xhr } from '../../../client/core/platform.js';

/** The part of `XMLHttpRequest` that the client uses. */
class NodeXhr implements Xhr {
  readyState = 0;
  status = 0;
  responseText = '';
  withCredentials = false;
  onreadystatechange: (() => void) | null = null;
  #request: ReturnType<typeof request> | undefined;
  #isAborted = false;

  open(method: string, url: string): void {
    this.#request = request(url, { method, agent: false }, (response) => {
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (this.responseText += chunk));
      response.on('error', () => this.#done(0));
      response.on('end', () => this.#done(response.statusCode ?? 0));
    });
    this.#request.on('error', () => this.#done(0));
  }

  send(body: string | null): void {
    this.#request?.end(body ?? '');
  }

  abort(): void {
    this.#isAborted = true;
    this.#request?.destroy();
  }

  #done(status: number): void {
    if (this.#isAborted || this.readyState === 4) return;
    this.readyState = 4;
    this.status = status;
    this.onreadystatechange?.();
  }
}

/** Sets Node as the platform of the client; the page is on `port`. Not reset after the test. */
export function installNode(port: number, more: Partial<Platform> = {}): void {
  setPlatform({
    setTimeout: (callback, delay) => setTimeout(callback, delay),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
    location: { protocol: 'http:', hostname: '127.0.0.1', port: String(port) },
    navigator: { userAgent: 'Node', vendor: '' },
    WebSocket,
    XMLHttpRequest: NodeXhr,
    Response,
    TextDecoder,
    AbortController,
    fetch: fetch as unknown as NonNullable<Platform['fetch']>,
    ...more,
  });
}
