/** `socket.io-node serve`: the demo. @module */
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { ServeCommand } from './arguments.js';
import { ExitCode } from './exit-code.js';

const DEMO = join(__dirname, '..', '..', '..', 'example', 'server.js');

/** Runs until it is interrupted; fails if the port cannot be had. */
export function serve({ port, host }: ServeCommand): Promise<ExitCode> {
  process.env['PORT'] = String(port);
  process.env['HOST'] = host;
  const server = require(DEMO) as Server;
  return new Promise((resolve) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'another program has it; try --port' : error.message;
      process.stderr.write(`Cannot listen on ${host}:${port}: ${why}\n`);
      resolve(ExitCode.FAILED);
    });
    server.on('close', () => resolve(ExitCode.OK));
  });
}
