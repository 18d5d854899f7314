/** `connect --record FILE`: writes what a socket receives and sends. @module */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Socket } from '../../../client/node/index.js';
import { FORMAT, VERSION, type Entry } from './recording.js';
import { toRedactedJson } from './redact.js';

type WithoutTime<E> = E extends unknown ? Omit<E, 'at'> : never;

/** Only its owner can read a recording: messages may be private. */
const MODE = 0o600;
const JSON_TEXT = '~j~';

/** The value of a message; with the option `raw` of the socket, JSON has kept its prefix. */
function valueOf(data: unknown, isRaw: boolean): unknown {
  if (!isRaw || typeof data !== 'string' || !data.startsWith(JSON_TEXT)) return data;
  try {
    return JSON.parse(data.slice(JSON_TEXT.length)) as unknown;
  } catch {
    return data;
  }
}

export class Recorder {
  readonly #file: number;
  readonly #isRaw: boolean;
  readonly #onError: (error: Error) => void;
  /** The ids of the latest sessions. */
  readonly #sessionIds = new Set<string>();
  #start: number | null = null;
  #isOpen = true;

  /**
   * @param isRaw the option `raw` of the socket
   * @param onError called once if the file cannot be written; the recording ends then
   * @throws {Error} If the file exists or cannot be created.
   */
  constructor(path: string, isRaw: boolean, onError: (error: Error) => void) {
    // A recording is never overwritten by accident.
    this.#file = openSync(path, 'wx', MODE);
    this.#isRaw = isRaw;
    this.#onError = onError;
    this.#writeLine(
      JSON.stringify({ format: FORMAT, version: VERSION, recorded: new Date().toISOString() }),
    );
  }

  /**
   * Records the events of a socket.
   *
   * @param isV1 true with 0.9: the server may send named events, and its handshake is an object too
   */
  observe(socket: Socket, isV1 = false): void {
    socket.on('connect', () => {
      const { handshake, sessionId } = socket;
      if (sessionId !== null) this.#addId(sessionId);
      const isFeed = !isV1 && typeof handshake === 'object' && handshake !== null;
      this.#write({ type: 'connect', ...(isFeed && { handshake }) });
    });
    socket.on('message', (data) => {
      this.#write({ type: 'message', from: 'server', data: valueOf(data, this.#isRaw) });
    });
    if (isV1) {
      socket.of().events.onAny((name, args) => {
        this.#write({ type: 'event', from: 'server', name, args });
      });
    }
    socket.on('disconnect', () => this.#write({ type: 'disconnect', from: 'server' }));
  }

  /** Records a message of the client. */
  sent(data: unknown): void {
    this.#write({ type: 'message', from: 'client', data: valueOf(data, this.#isRaw) });
  }

  /** Ends the recording: the client disconnects. */
  close(): void {
    if (!this.#isOpen) return;
    this.#write({ type: 'disconnect', from: 'client' });
    this.#isOpen = false;
    closeSync(this.#file);
  }

  #addId(id: string): void {
    this.#sessionIds.delete(id);
    this.#sessionIds.add(id);
    if (this.#sessionIds.size <= 2) return;
    const [oldest = ''] = this.#sessionIds;
    this.#sessionIds.delete(oldest);
  }

  #write(entry: WithoutTime<Entry>): void {
    if (!this.#isOpen) return;
    const now = performance.now();
    this.#start ??= now;
    const at = Math.round(now - this.#start);
    this.#writeLine(toRedactedJson({ at, ...entry }, this.#sessionIds));
  }

  #writeLine(line: string): void {
    try {
      const bytes = Buffer.from(`${line}\n`);
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    } catch (error) {
      this.#isOpen = false;
      this.#onError(error as Error);
    }
  }
}
