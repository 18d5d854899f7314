/**
 * What `io.listen` accepts: a server, or an application for which it creates one.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { invalidType } from '../util/invalid-type.js';

/** What `io.listen` accepts: a server, or an application of Express or Connect. */
export type Listenable = Server | ((request: IncomingMessage, response: ServerResponse) => unknown);

const EXPECTED = 'an http.Server, an https.Server or an application';
const METHODS = ['on', 'removeListener', 'rawListeners', 'emit', 'listen'];

/**
 * Returns the server, or creates one for an application.
 *
 * @throws {TypeError} If it is neither a server nor an application, or a server of HTTP/2.
 */
export function toServer(server: unknown): Server {
  if (typeof server === 'function') {
    // An application of Express 3 and later is a function, whose listen() must use our server.
    const created = createServer(server as Parameters<typeof createServer>[1] & object);
    if ('listen' in server) server.listen = created.listen.bind(created);
    return created;
  }
  if (!isServer(server)) throw invalidType('server', EXPECTED, server);
  if ('updateSettings' in server) {
    // Its requests have no socket of their own: streams, upgrades and their ends work otherwise.
    throw new TypeError(
      `Expected \`server\` to be ${EXPECTED}, got an HTTP/2 server: ` +
        'use an https.Server, with a proxy for HTTP/2 in front of it',
    );
  }
  return server;
}

/** By its methods: a test runner, or another copy of Node's modules, has classes of its own. */
function isServer(value: unknown): value is Server {
  if (typeof value !== 'object' || value === null) return false;
  return METHODS.every((name) => typeof Reflect.get(value, name) === 'function');
}
