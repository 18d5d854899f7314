/**
 * A process with a Listener over a bus, driven by messages of the test: each `{ id, call, args }`
 * calls a function below, and is answered with what it returns.
 *
 * @module
 */
import { createServer, type Server } from 'node:http';
import { listen, type Bus, type Listener } from '../../lib/index.js';
import { BUSES, type BusName } from './open-bus.js';
import type { Calls } from './members.js';

function open(server: Server, bus: Bus): Listener {
  return listen(server, {
    bus,
    busOptions: { heartbeatInterval: 200, timeout: 4000 },
    transportOptions: { websocket: { timeout: null } },
    log: false,
    flashPolicyServer: false,
  });
}

async function start(): Promise<void> {
  const makeBus = await BUSES[process.env['BUS'] as BusName](Number(process.env['BUS_PORT']));
  const server = createServer();
  const bus = makeBus();
  const io = open(server, bus);
  io.of('/chat');
  let events: string[] = [];
  io.on('peerConnect', () => events.push('peerConnect'));
  io.on('peerDisconnect', (_peer, reason) => events.push(`peerDisconnect ${reason}`));
  io.on('busDown', () => events.push('busDown'));
  io.on('busUp', () => events.push('busUp'));
  io.on('busLost', ({ peer, count }) => events.push(`busLost ${count} of ${peer}`));

  const calls: Calls = {
    port: () =>
      new Promise((resolve) =>
        // A server of its own: node:cluster would share the port among the workers.
        server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
          const address = server.address();
          resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
        }),
      ),
    events: () => events,
    clearEvents() {
      events = [];
    },
    peers: () => io.bus?.peers.size ?? 0,
    malformed: () => io.bus?.figures.malformed ?? 0,
    sessions: () => io.local.count(),
    count: (rooms) => io.to(rooms).count(),
    countAll: () => io.everybody.count(),
    fetch: async (room) =>
      (await io.to(room).fetchSockets()).map(({ sessionId, transport, rooms }) => ({
        sessionId,
        transport,
        rooms: [...rooms],
      })),
    broadcast: (messages, except) => {
      for (const message of messages) io.broadcast(message, except);
    },
    send: (rooms, message, except = []) => {
      io.to(rooms).except(except).send(message);
    },
    sendToEndpoint: (message, except) => {
      io.of('/chat').broadcast(message, except).broadcastEvent('said', [message], except);
    },
    sendLocal: (room, message) => {
      io.to(room).local.send(message);
    },
    join: (target, room) => io.in(target).socketsJoin(room),
    leave: (target, room) => io.in(target).socketsLeave(room),
    kick: (target) => io.in(target).disconnectSockets(),
    inject: async (bytes) => {
      await bus.publish(Buffer.from(bytes, 'latin1'));
    },
    close() {
      io.close();
      server.closeAllConnections();
      server.close();
    },
    reopen: () => void open(createServer(), makeBus()),
  };

  async function answer(id: number, call: keyof Calls, args: readonly never[]): Promise<void> {
    const run: (...args: never[]) => unknown = calls[call];
    try {
      process.send?.({ id, result: await run(...args) });
    } catch (error) {
      process.send?.({ id, error: String(error) });
    }
  }
  process.on('message', (message: { id?: number; call?: keyof Calls; args?: never[] }) => {
    const { id, call = 'events', args = [] } = message;
    if (id !== undefined) void answer(id, call, args);
  });
  process.send?.({ id: 0 });
}

void start();
