import type { Client } from '../../lib/index.js';
import type { Peer } from './peers/index.js';

/** One session as the server has it, and the messages that its client must still receive. */
export class Account {
  readonly client: Client;
  readonly peer: Peer;
  /** Tokens that were sent to it, in order. */
  readonly sent: number[] = [];
  /** Tokens that were written to its connections, in order. */
  readonly written: number[] = [];
  /** Tokens up to this one may be lost: a connection broke that may have carried them. */
  excusedUpTo = 0;
  /** Tokens that the server has named in `lost`. */
  readonly lost: number[] = [];
  /** Numbers of the messages that arrived, in order. */
  readonly received: number[] = [];
  disconnects = 0;
  clientDisconnects = 0;
  /** The connection that the application has ended, which ends a session of HTTP. */
  kickedFrom: unknown = null;

  constructor(client: Client, peer: Peer) {
    this.client = client;
    this.peer = peer;
  }

  /** True if what the application sends now is promised to arrive, or is dropped with the session. */
  get takes(): boolean {
    const { client } = this;
    return client.connected && !(client.delivery && client._isEnding);
  }
}
