#!/usr/bin/env node
/** The command `socket.io-node`. @module */
import { HELP, parseCommand, UsageError, type Command } from './arguments.js';
import { connect } from './connect.js';
import { ExitCode } from './exit-code.js';
import { serve } from './serve.js';

// Loaded when it is used: with it comes the server.
const loadReplay = (): typeof import('./recording/replay.js') =>
  require('./recording/replay.js') as typeof import('./recording/replay.js');

function run(command: Command): Promise<ExitCode> | ExitCode {
  switch (command.name) {
    case 'help':
      process.stdout.write(HELP);
      return ExitCode.OK;
    case 'version':
      process.stdout.write(`${command.version}\n`);
      return ExitCode.OK;
    case 'connect':
      return connect(command);
    case 'replay':
      return loadReplay().replay(command);
    default:
      return serve(command);
  }
}

function stdoutOnError(error: NodeJS.ErrnoException): void {
  // the reader has closed the pipe, as `… | head` does
  if (error.code === 'EPIPE') process.exit(ExitCode.OK);
  throw error;
}

async function main(): Promise<void> {
  process.stdout.on('error', stdoutOnError);
  try {
    process.exitCode = await run(parseCommand(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nSee: socket.io-node --help\n`);
    process.exitCode = ExitCode.USAGE;
  }
}

void main();
