/**
 * What holds after every step, and at the end.
 *
 * @module
 */
import { Timers, type Timer } from '../../lib/util/timers.js';
import type { Account, World } from './world.js';

/** A violated invariant; the message describes it. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** The timer that each owner has set last. */
const timers = new WeakMap<object, Timer>();
const { set } = Timers.prototype as unknown as { set: (timer: Timer, delay: number) => void };
Timers.prototype.set = function (this: Timers, timer: Timer, delay: number): void {
  timers.set(timer.owner, timer);
  Reflect.apply(set, this, [timer, delay]);
};

/** What one turn may add beyond the limit: as much as a step sends, and heads. */
const SLACK_BYTES = 27_000;

/** The timer that an owner has set last. */
export function timerOf(owner: object): Timer | undefined {
  return timers.get(owner);
}

function hasTimer(owner: object): boolean {
  return Boolean(timerOf(owner)?.list);
}

function fail(account: Account, what: string): never {
  throw new Violation(`${account.peer.kind.name}, ${account.client.sessionId}: ${what}`);
}

function isIncreasing(numbers: readonly number[]): boolean {
  return numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as number));
}

/** A session is listed for as long as it is connected, and ends once. */
function checkLifetime(world: World, account: Account): void {
  const { client, disconnects, clientDisconnects } = account;
  const isListed = world.io.clients[client.sessionId] === client;
  if (isListed !== client.connected)
    fail(account, `listed ${isListed}, connected ${client.connected}`);
  const ends = client.connected ? 0 : 1;
  if (disconnects !== ends) fail(account, `emitted ${disconnects} disconnect events`);
  if (clientDisconnects !== ends)
    fail(account, `emitted ${clientDisconnects} clientDisconnect events`);
  if (!client.connected) return;
  const { kickedFrom } = account;
  if (client._open && kickedFrom !== null && kickedFrom !== client._socket) {
    fail(account, 'open after a kick');
  }
  if (client._open && client._socket.destroyed) fail(account, 'open without a connection');
  if (!client._open && !hasTimer(client)) fail(account, 'away without a timer');
  if (client._open && world.setting.hasHeartbeats && !hasTimer(client)) {
    fail(account, 'open with heartbeats and without a timer');
  }
}

/** What is sent arrives at most once and in order, and at all if nothing has disturbed it. */
function checkMessages(world: World, account: Account): void {
  const { client, peer, sent, written, received } = account;
  if (!peer.isTracked) return;
  if (!isIncreasing(received)) fail(account, `received ${received.join()}`);
  if (!isIncreasing(written)) fail(account, `wrote ${written.join()}`);
  const known = new Set(sent);
  for (const token of written) if (!known.has(token)) fail(account, `wrote #${token}, never sent`);
  if (!client.connected || !client._open) return;
  const wire = world.wires.find((each) => each.wire.socket === (client._socket as unknown))?.wire;
  if (!wire?.isHealthy) {
    world.excuse(account);
    return;
  }
  const arrived = new Set(written);
  const lost = sent.filter((token) => token > account.excusedUpTo && !arrived.has(token));
  if (lost.length > 0) fail(account, `did not write ${lost.join()}`);
}

function checkBytes({ wires, setting }: World): void {
  for (const { wire, peer } of wires) {
    const waiting = wire.socket.writableLength;
    if (waiting > setting.maxBuffer + SLACK_BYTES) {
      throw new Violation(`${peer.kind.name}: ${waiting} bytes wait on one connection`);
    }
  }
}

/** Checks what holds between two steps. */
export function checkStep(world: World): void {
  for (const account of world.accounts.values()) {
    checkLifetime(world, account);
    checkMessages(world, account);
  }
  checkBytes(world);
  const sessions = Object.keys(world.io.clients).length;
  const { handshakes } = world.io._limiter;
  const { maxSessions } = world.setting;
  if (handshakes < 0) throw new Violation(`${handshakes} handshakes are pending`);
  if (maxSessions > 0 && sessions + handshakes > maxSessions) {
    throw new Violation(`${sessions} sessions and ${handshakes} handshakes`);
  }
  if (world.sessionsAtClose !== null && world.accounts.size > world.sessionsAtClose) {
    throw new Violation('a new session after close()');
  }
}

/** Lets all clients fall silent and time pass: the server has to get rid of everything by itself. */
export async function checkEnd(world: World): Promise<void> {
  for (const peer of world.peers) {
    peer.echoes = false;
    // Node ends requests that are not complete by a clock of its own
    peer.unfinished?.wire.reset();
  }
  if (!world.setting.hasHeartbeats) for (const { wire } of world.wires) wire.finish();
  for (let i = 0; i < 8; i++) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- time passes in pieces
    await world.settle();
    world.clock.tick(15_000);
  }
  await world.settle();
  checkStep(world);
  const sessions = Object.keys(world.io.clients);
  if (sessions.length > 0) throw new Violation(`left: sessions ${sessions.join()}`);
  if (world.io._timers.size > 0) throw new Violation(`left: ${world.io._timers.size} timers`);
  const { handshakes } = world.io._limiter;
  if (handshakes > 0) throw new Violation(`left: ${handshakes} pending handshakes`);
  const open = world.wires.find(({ wire }) => !wire.socket.destroyed);
  if (open) throw new Violation(`left: a connection of ${open.peer.kind.name}`);
  if (world.clock.pending > 0) throw new Violation(`left: ${world.clock.pending} timeouts`);
}
