/**
 * The policy server on port 843: one for all Listeners of the process.
 *
 * @module
 */
import { createServer, type Server, type Socket } from 'node:net';
import { limitSocket, policyXml, POLICY_LIMITS, sendAndEnd } from './flash-policy.js';

/** The first port that players try. A policy file from a port below 1024 may grant any port. */
const POLICY_PORT = 843;

type Member = { readonly entries: () => readonly string[]; readonly log: (line: string) => void };

const members = new Set<Member>();
const sockets = new Set<Socket>();
/** Also kept if it could not listen, so that it is tried and reported only once. */
let policyServer: Server | undefined;

function serverOnConnection(socket: Socket): void {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  limitSocket(socket, POLICY_LIMITS.timeoutMs);
  sendAndEnd(socket, policyXml([...members].flatMap((member) => member.entries())));
}

function open(log: (line: string) => void): Server {
  const server = createServer(serverOnConnection);
  const report = (error: unknown): void => {
    const reason = (error as Error | undefined)?.message ?? String(error);
    log(
      server.listening
        ? `flash policy server: ${reason}`
        : `flash policy server could not open port ${POLICY_PORT} (${reason}); ` +
            'the policy file is served inline on the port of the app',
    );
  };
  server.maxConnections = POLICY_LIMITS.maxPending;
  server.on('error', report);
  // It must not keep the process running.
  server.unref();
  try {
    server.listen(POLICY_PORT);
  } catch (error) {
    report(error);
  }
  return server;
}

function close(server: Server): void {
  // It is not running if it could not listen, which is not an error here.
  server.close(() => undefined);
  for (const socket of sockets) socket.destroy();
}

/**
 * Joins the policy server of the process, which opens with the first member and closes with the
 * last one. Its policy lists the entries of all members, in the order in which they joined.
 *
 * Never throws: if the port cannot be opened, one line is logged.
 *
 * @returns a function that leaves; calling it again does nothing
 * @see PROTOCOL.md, "flashsocket"
 */
export function joinPolicyServer(
  entries: () => readonly string[],
  log: (line: string) => void,
): () => void {
  const member = { entries, log };
  members.add(member);
  policyServer ??= open(log);
  return () => {
    if (!members.delete(member) || members.size > 0 || policyServer === undefined) return;
    close(policyServer);
    policyServer = undefined;
  };
}
