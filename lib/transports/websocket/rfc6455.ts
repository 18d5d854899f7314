import type { Socket } from 'node:net';
import { Server as WebSocketServer, WebSocket, type ServerOptions } from 'ws';
import { createDebug } from '../../util/debug.js';
import { readUtf8 } from './utf8.js';
import { frameText, putText, type Framing } from './write-batch.js';
import { SocketTransport } from './websocket-transport.js';
import type { Exchange, TransportHost } from '../transport.js';

const debug = createDebug('socket.io:websocket');

/** Close codes of RFC 6455, section 7.4.1. */
const NORMAL_CLOSURE = 1000;
const UNSUPPORTED_DATA = 1003;
const INVALID_PAYLOAD = 1007;
const TOO_BIG = 1009;

/** How long a peer may take to answer the closing handshake, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2000;

/** Most packets that one frame may come in: some 40 MB in packets as small as they get. */
const MAX_PACKETS = 65_536;
/** Most pongs that may wait for a client that pings and does not read. */
const MAX_PONGS = 60;

/** Options that are in ws, and not yet in its types. */
interface NotYetTyped {
  closeTimeout: number;
  maxFragments: number;
  maxBufferedChunks: number;
  maxPendingAutoPongs: number;
}

/** FIN and the opcode of a text frame. */
const TEXT_FRAME = 0x81;
const TEXT_HEAD: string = String.fromCharCode(TEXT_FRAME);

/** Unmasked text frames of RFC 6455, section 5.2. */
const framing: Framing = {
  overhead: (size) => (size < 126 ? 2 : size < 65536 ? 4 : 10),
  put(target, at, text, size) {
    target[at] = TEXT_FRAME;
    if (size < 126) {
      target[at + 1] = size;
      return putText(target, at + 2, text, size);
    }
    if (size < 65536) {
      target[at + 1] = 126;
      target.writeUInt16BE(size, at + 2);
      return putText(target, at + 4, text, size);
    }
    target[at + 1] = 127;
    target.writeBigUInt64BE(BigInt(size), at + 2);
    return putText(target, at + 10, text, size);
  },
  putShort: (text) => TEXT_HEAD + String.fromCharCode(text.length) + text,
  wrap: (payload) => frameText(framing, payload),
};

/** ws's side of a connection, which knows ours. */
class WsSocket extends WebSocket {
  transport: Rfc6455 | null = null;
}

function wsOnMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
  (this as WsSocket).transport?.receive(data, isBinary);
}

function wsOnClose(this: WebSocket): void {
  (this as WsSocket).transport?.closed();
}

function wsOnError(this: WebSocket, error: Error): void {
  debug('protocol error: %s', error.message);
  (this as WsSocket).transport?.failed();
}

const servers = new WeakMap<TransportHost, WebSocketServer<typeof WsSocket>>();

/** ws without a server of its own: it answers handshakes and reads frames. */
function serverOf(host: TransportHost): WebSocketServer<typeof WsSocket> {
  let server = servers.get(host);
  if (!server) {
    const options: ServerOptions<typeof WsSocket> & NotYetTyped = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: host.options.maxPayload,
      maxFragments: host.options.maxFragments,
      maxBufferedChunks: MAX_PACKETS,
      maxPendingAutoPongs: MAX_PONGS,
      // Checked in readUtf8, in the same pass that tells ASCII from the rest.
      skipUTF8Validation: true,
      closeTimeout: CLOSE_TIMEOUT_MS,
      WebSocket: WsSocket,
    };
    server = new WebSocketServer(options);
    server.on('wsClientError', (error, socket, request) => {
      debug('handshake refused: %s', error.message);
      // A version we do not speak is answered with those we do (RFC 6455, section 4.4).
      host._refuse('ERR_SIO_BAD_HANDSHAKE', request, socket as Socket, {
        'Sec-WebSocket-Version': '13, 8',
      });
    });
    servers.set(host, server);
  }
  return server;
}

/** A WebSocket as browsers of today speak it: RFC 6455 and draft hybi-08, read by `ws`. */
export class Rfc6455 extends SocketTransport {
  readonly #ws: WsSocket;

  private constructor(exchange: Exchange, ws: WsSocket) {
    super(exchange);
    this.#ws = ws;
    ws.transport = this;
    ws.on('message', wsOnMessage);
    ws.on('close', wsOnClose);
    ws.on('error', wsOnError);
  }

  static accept(exchange: Exchange): void {
    const { host, request, socket, head } = exchange;
    // The answer to the handshake and the first messages leave together.
    socket.cork();
    try {
      serverOf(host).handleUpgrade(request, socket, head, (ws) => {
        const transport = new Rfc6455(exchange, ws);
        transport.opened();
        transport.flush();
      });
    } catch (error) {
      // ws throws if the socket has been upgraded already, by somebody in front of us: it is theirs.
      debug('ignored %s', error);
    } finally {
      socket.uncork();
    }
  }

  protected get framing(): Framing {
    return framing;
  }

  /** @internal */
  receive(data: Buffer, isBinary: boolean): void {
    if (!this.isOpen) return;
    if (isBinary) {
      this.#fail(UNSUPPORTED_DATA);
      return;
    }
    const payload = readUtf8(data);
    if (payload === null) this.#fail(INVALID_PAYLOAD);
    else if (this.session?._onMessage(payload) === false) this.#fail(TOO_BIG);
  }

  /** @internal */
  closed(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.gone();
  }

  /** @internal ws has found a frame that breaks the rules, and answers it with a close frame. */
  failed(): void {
    this.isOpen = false;
    this.session?._end('protocol error');
  }

  protected closeSocket(): void {
    this.#ws.close(NORMAL_CLOSURE);
  }

  #fail(code: number): void {
    this.isOpen = false;
    this.#ws.close(code);
    this.session?._end('protocol error');
  }
}
