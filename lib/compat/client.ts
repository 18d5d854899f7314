/**
 * `socket.io-node/client`: the server's `Client` class, as `socket.io/client` was in 0.6, with the
 * Node client as its property `Socket`.
 */
import { Client } from '../session/client.js';
import type * as nodeClient from '../../client/node/index.js';

/** Loads the Node client on first use: a server does not need it. */
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
// In the form that cjs-module-lexer recognises, so that `import { Socket }` works.
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

// The types of the same names.
declare namespace both {
  export type Socket = nodeClient.Socket;
  export type SocketOptions = nodeClient.SocketOptions;
  export type SocketEvents = nodeClient.SocketEvents;
  export type EndpointSocket = nodeClient.EndpointSocket;
  export type EndpointSocketEvents = nodeClient.EndpointSocketEvents;
  export type TlsOptions = nodeClient.TlsOptions;
  export type AgentLike = nodeClient.AgentLike;
  export type ConnectAttempt = nodeClient.ConnectAttempt;
  export type ConnectChanges = nodeClient.ConnectChanges;
  export type ClientError = nodeClient.ClientError;
  export type ClientErrorCode = nodeClient.ClientErrorCode;
}
type both = Client;

export = both;
