/**
 * `socket.io-node/client`: the class of a server's clients, as `socket.io/client` was in 0.6, and
 * on it, as `Socket`, the client for programs.
 */
import { Client } from '../session/client.js';
import type * as nodeClient from '../../client/node/index.js';

/** Loaded when it is first asked for: servers need none of it. */
function load(): typeof nodeClient {
  return require('../../client/node/index.js') as typeof nodeClient;
}

const lazily = {
  get Socket(): typeof nodeClient.Socket {
    return load().Socket;
  },
  get ClientError(): typeof nodeClient.ClientError {
    return load().ClientError;
  },
};

type Both = typeof Client & {
  readonly Socket: typeof nodeClient.Socket;
  readonly ClientError: typeof nodeClient.ClientError;
};
const both: Both = Client as Both;
module.exports = both;
// In the words that tell `import { Socket }` of a name: Node reads them without running them.
Object.defineProperty(module.exports, 'Socket', {
  enumerable: true,
  get: function () {
    return lazily.Socket;
  },
});
Object.defineProperty(module.exports, 'ClientError', {
  enumerable: true,
  get: function () {
    return lazily.ClientError;
  },
});

// What TypeScript knows as types behind the same names.
declare namespace both {
  export type Socket = nodeClient.Socket;
  export type SocketOptions = nodeClient.SocketOptions;
  export type SocketEvents = nodeClient.SocketEvents;
  export type TlsOptions = nodeClient.TlsOptions;
  export type ClientError = nodeClient.ClientError;
  export type ClientErrorCode = nodeClient.ClientErrorCode;
}
type both = Client;

export = both;
