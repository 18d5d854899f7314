/**
 * Plain TCP connections, for what an HTTP client would not send. Works outside mocha as well.
 *
 * @module
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** Lets `server` listen on a free port of the loopback interface; returns the port. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not listening');
  return address.port;
}

export async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** A connection and the server's end of it, which a `connection` listener may not have seen. */
export async function openSocketPair(port: number): Promise<{ near: Socket; far: Socket }> {
  const accepted = new Promise<Socket>((resolve) => {
    const onSocket = (message: unknown): void => {
      unsubscribe('net.server.socket', onSocket);
      resolve((message as { socket: Socket }).socket);
    };
    subscribe('net.server.socket', onSocket);
  });
  const near = await openSocket(port);
  return { near, far: await accepted };
}

/** Writes, and waits until the other end has read it, so that the next write is a packet of its own. */
export async function writePacket(near: Socket, far: Socket, bytes: string): Promise<void> {
  const goal = near.bytesWritten + Buffer.byteLength(bytes);
  near.write(bytes);
  while (far.bytesRead < goal && !far.destroyed) await turn();
}

/** Reads until the other end closes. */
export async function readToEnd(socket: Socket): Promise<string> {
  const packets: Buffer[] = [];
  for await (const packet of socket) packets.push(packet as Buffer);
  return Buffer.concat(packets).toString();
}

/** A port that was free a moment ago, for a server of another process. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}
