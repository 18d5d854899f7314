/**
 * What `io.listen` can be given: a server, or an application that gets one.
 *
 * @module
 */
import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { invalidType } from '../util/invalid-type.js';

/** Anything `io.listen` can listen on: a server, or an application of Express or Connect. */
export type Listenable = Server | ((request: IncomingMessage, response: ServerResponse) => unknown);

/**
 * The server of an application, made if need be.
 *
 * @throws {TypeError} If it is neither a server nor an application.
 */
export function toServer(server: unknown): Server {
  if (typeof server === 'function') {
    // An application of Express 3 and later is a function; its listen() is to find our server.
    const created = createServer(server as Parameters<typeof createServer>[1] & object);
    if ('listen' in server) server.listen = created.listen.bind(created);
    return created;
  }
  if (server instanceof EventEmitter && 'listen' in server) return server as Server;
  throw invalidType('server', 'an http.Server, an https.Server or an application', server);
}
