import { connect, createServer } from 'node:net';
import { afterThisTest } from '../support/cleanup.js';
import { listening } from '../support/tcp.js';

/** A load balancer that is not sticky: each connection is made to the next port. */
export async function roundRobin(ports: readonly number[]): Promise<number> {
  let next = 0;
  const server = createServer((near) => {
    const far = connect(ports[next++ % ports.length] as number, '127.0.0.1');
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  afterThisTest(() => server.close());
  return listening(server);
}
