import type { Socket } from 'node:net';
import { Server as WebSocketServer, WebSocket, type ServerOptions } from 'ws';
import { createDebug } from '../../util/debug.js';
import { ignoreError } from '../../util/ignore-error.js';
import { linger } from '../../util/linger.js';
import { readUtf8 } from '../../websocket/utf8.js';
import { endReceiverOnce } from './end-once.js';
import { encodeText, writeText, type Framing } from './frame-writer.js';
import { SocketTransport } from './websocket-transport.js';
import type { Exchange, TransportHost } from '../transport-server.js';

const debug = createDebug('socket.io:websocket');

/** Close codes of RFC 6455, section 7.4.1. */
const NORMAL_CLOSURE = 1000;
const UNSUPPORTED_DATA = 1003;
const GOING_AWAY = 1001;
const NO_STATUS = 1005;
/** Close codes of a client that leaves: the default of `WebSocket.close`, and the end of its page. */
const CLIENT_CLOSE_CODES: ReadonlySet<number> = new Set([NORMAL_CLOSURE, GOING_AWAY, NO_STATUS]);
const INVALID_PAYLOAD = 1007;
const TOO_BIG = 1009;

/** Time for the peer to answer the closing handshake, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2000;

/** Most chunks that one unfinished frame may arrive in: about 40 MB in the smallest packets. */
const MAX_PACKETS = 65_536;
/** Most pongs that may be queued for a client that sends pings and does not read. */
const MAX_PONGS = 60;

/** Options of ws that `@types/ws` lacks. */
interface UntypedOptions {
  closeTimeout: number;
  maxFragments: number;
  maxBufferedChunks: number;
  maxPendingAutoPongs: number;
}

/** The members of the class that has selected this one. */
interface WebsocketType {
  readonly sendsCloseFrame: boolean;
}

/** FIN and the opcode of a text frame. */
const TEXT_FRAME = 0x81;
const TEXT_HEAD: string = String.fromCharCode(TEXT_FRAME);

/** Unmasked text frames of RFC 6455, section 5.2. */
const framing: Framing = {
  overhead: (size) => (size < 126 ? 2 : size < 65536 ? 4 : 10),
  writeFrame(target, at, text, size) {
    target[at] = TEXT_FRAME;
    if (size < 126) {
      target[at + 1] = size;
      return writeText(target, at + 2, text, size);
    }
    if (size < 65536) {
      target[at + 1] = 126;
      target.writeUInt16BE(size, at + 2);
      return writeText(target, at + 4, text, size);
    }
    target[at + 1] = 127;
    target.writeBigUInt64BE(BigInt(size), at + 2);
    return writeText(target, at + 10, text, size);
  },
  shortFrame: (text) => TEXT_HEAD + String.fromCharCode(text.length) + text,
  encodeFrame: (payload) => encodeText(framing, payload),
};

/** The ws socket of a transport. */
class WsSocket extends WebSocket {
  transport: Rfc6455 | null = null;
}

function wsOnMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
  (this as WsSocket).transport?.onMessage(data, isBinary);
}

function wsOnClose(this: WebSocket, code: number): void {
  (this as WsSocket).transport?.closed(code);
}

function wsOnError(this: WebSocket, error: Error): void {
  debug('protocol error: %s', error.message);
  (this as WsSocket).transport?.failed();
}

/** Answers handshakes of RFC 6455 for one Listener; by ws, without a server of its own. */
export class Rfc6455Server {
  readonly #server: WebSocketServer<typeof WsSocket>;

  constructor(host: TransportHost) {
    const options: ServerOptions<typeof WsSocket> & UntypedOptions = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: host.options.maxPayload,
      maxFragments: host.options.maxFragments,
      maxBufferedChunks: MAX_PACKETS,
      maxPendingAutoPongs: MAX_PONGS,
      // `readUtf8` checks it in the same pass that detects ASCII.
      skipUTF8Validation: true,
      closeTimeout: CLOSE_TIMEOUT_MS,
      WebSocket: WsSocket,
    };
    this.#server = new WebSocketServer(options);
    this.#server.on('wsClientError', (error, socket, request) => {
      debug('handshake refused: %s', error.message);
      // The response to an unknown version lists the known ones (RFC 6455, section 4.4).
      host.refuse('ERR_SIO_BAD_HANDSHAKE', request, socket as Socket, {
        'Sec-WebSocket-Version': '13, 8',
      });
    });
  }

  accept(exchange: Exchange): void {
    const { request, socket, head } = exchange;
    // The handshake response and the first messages leave in one packet.
    socket.cork();
    try {
      this.#server.handleUpgrade(request, socket, head, (ws) => Rfc6455.open(exchange, ws));
    } catch (error) {
      // ws throws if an earlier listener has upgraded the socket, which then belongs to that
      // listener.
      debug('ignored %s', error);
    } finally {
      socket.uncork();
    }
  }
}

/** A WebSocket of RFC 6455 (version 13) or draft hybi-08, parsed by `ws`. */
export class Rfc6455 extends SocketTransport {
  readonly #ws: WsSocket;

  private constructor(exchange: Exchange, ws: WsSocket) {
    super(exchange);
    this.#ws = ws;
    ws.transport = this;
    ws.on('message', wsOnMessage);
    ws.on('close', wsOnClose);
    ws.on('error', wsOnError);
    endReceiverOnce(ws);
  }

  /** Begins a connection after its handshake. */
  static open(exchange: Exchange, ws: WsSocket): void {
    // ws listens for errors by now; two listeners would cost each idle session 68 bytes.
    exchange.socket.off('error', ignoreError);
    const transport = new Rfc6455(exchange, ws);
    transport.opened();
    transport.flush();
    transport.releaseRequest();
  }

  protected get framing(): Framing {
    return framing;
  }

  /** @internal */
  onMessage(data: Buffer, isBinary: boolean): void {
    if (!this.isOpen) return;
    if (isBinary) {
      this.#fail(UNSUPPORTED_DATA);
      return;
    }
    this.host.counters.receive(data.length);
    const payload = readUtf8(data);
    if (payload === null) this.#fail(INVALID_PAYLOAD);
    else if (this.session?._onMessage(payload, this) === false) this.#fail(TOO_BIG);
  }

  /**
   * @internal The connection has ended. After any other code, or without a closing handshake, the
   * client may resume its session: our own clients close a connection with 4000 that does not carry
   * data any more.
   */
  closed(code: number): void {
    if (!CLIENT_CLOSE_CODES.has(code)) {
      this.onSocketClose();
    } else if (this.isOpen) {
      this.isOpen = false;
      this.onClientClose();
    }
  }

  /** @internal ws has found an invalid frame, and answers it with a close frame. */
  failed(): void {
    // The frame belongs to a connection that has been replaced: the session has another one.
    if (!this.isOpen) return;
    this.isOpen = false;
    this.session?._end('protocol error');
  }

  protected closeSocket(): void {
    const { socket } = this;
    if ((this.type as Partial<WebsocketType>).sendsCloseFrame === false) {
      linger(socket);
      socket.end();
      return;
    }
    const close = (): void => this.#ws.close(NORMAL_CLOSURE);
    if (socket.writableLength === 0) {
      close();
      return;
    }
    // ws destroys a socket soon after its close frame is sent: what waits is written before that.
    linger(socket);
    socket.write('', close);
  }

  #fail(code: number): void {
    this.isOpen = false;
    this.#ws.close(code);
    this.session?._end('protocol error');
  }
}
