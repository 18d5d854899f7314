/** `socket.io-node serve`: runs the demo. @module */
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { ServeCommand } from './arguments.js';
import { ExitCode } from './exit-code.js';

const DEMO = join(__dirname, '..', '..', '..', 'example', 'server.js');

/** Runs the demo until it is interrupted; fails if it cannot listen on the port. */
export function serve({ port, host, flashPolicy }: ServeCommand): Promise<ExitCode> {
  process.env['PORT'] = String(port);
  process.env['HOST'] = host;
  process.env['FLASH_POLICY'] = flashPolicy ? 'on' : 'off';
  const server = require(DEMO) as Server;
  return new Promise((resolve) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is in use; try --port' : error.message;
      process.stderr.write(`Cannot listen on ${host}:${port}: ${reason}\n`);
      resolve(ExitCode.FAILED);
    });
    server.on('close', () => resolve(ExitCode.OK));
  });
}
