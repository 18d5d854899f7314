/**
 * What holds after every step, and at the end.
 *
 * @module
 */
import { Timers, type Timer } from '../../lib/util/timers.js';
import type { Account } from './account.js';
import { checkDelivered } from './delivered.js';
import { DeliveringPeer, ENDPOINT } from './peers/index.js';
import { fail, Violation } from './violation.js';
import type { World } from './world.js';

/** The timer that each owner has set last. */
const timers = new WeakMap<object, Timer>();
const { set } = Timers.prototype as unknown as { set: (timer: Timer, delay: number) => void };
Timers.prototype.set = function (this: Timers, timer: Timer, delay: number): void {
  timers.set(timer.owner, timer);
  Reflect.apply(set, this, [timer, delay]);
};

/** What one turn may add beyond the limit: as much as a step sends, and heads. */
const SLACK_BYTES = 27_000;

/** The heads of responses, and of frames. */
const HEAD_BYTES = 1000;

/** The timer that an owner has set last. */
export function timerOf(owner: object): Timer | undefined {
  return timers.get(owner);
}

function hasTimer(owner: object): boolean {
  return Boolean(timerOf(owner)?.list);
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
  const isPolling = client.transport.endsWith('polling');
  const isOf09 = client.protocol === '0.9';
  const hasHeartbeats = world.setting.hasHeartbeats && !(isOf09 && isPolling);
  if (client._open && hasHeartbeats && !hasTimer(client)) {
    fail(account, 'open with heartbeats and without a timer');
  }
  if (isOf09 && !client._open && !isPolling) fail(account, 'away after the end of a stream');
}

/** What is sent arrives at most once and in order, and at all if nothing has disturbed it. */
function checkMessages(world: World, account: Account): void {
  const { client, peer, sent, written, received } = account;
  if (!peer.isTracked) return;
  if (peer instanceof DeliveringPeer) {
    checkDelivered(world, account, peer);
    return;
  }
  if (!isIncreasing(received)) fail(account, `received ${received.join()}`);
  if (!isIncreasing(written)) fail(account, `wrote ${written.join()}`);
  const known = new Set(sent);
  for (const token of written) if (!known.has(token)) fail(account, `wrote #${token}, never sent`);
  if (!client.connected || !client._open) return;
  if (!world.wireOf(client)?.isHealthy) {
    world.excuse(account);
    return;
  }
  const arrived = new Set(written);
  const lost = sent.filter((token) => token > account.excusedUpTo && !arrived.has(token));
  if (lost.length > 0) fail(account, `did not write ${lost.join()}`);
}

/** A connection that has more than `maxBuffer` to send takes nothing more. */
function checkBytes({ wires, setting: { maxBuffer } }: World): void {
  for (const entry of wires) {
    const { wire, peer, waiting: before } = entry;
    const waiting = wire.socket.writableLength;
    entry.waiting = waiting;
    const isGrowing = before > maxBuffer && waiting > before + HEAD_BYTES;
    if (isGrowing || waiting > maxBuffer + SLACK_BYTES) {
      throw new Violation(`${peer.kind.name}: ${waiting} bytes wait on one connection`);
    }
  }
}

/** An endpoint has the members whose session is connected, and informs each once of its end. */
function checkEndpoint({ application, io }: World): void {
  const { clients } = io.of(ENDPOINT);
  for (const { member, disconnects } of application.memberships) {
    const { sessionId, connected, client } = member;
    const isListed = clients.get(sessionId) === member;
    if (isListed !== connected || disconnects !== (connected ? 0 : 1)) {
      throw new Violation(
        `endpoint, ${sessionId}: listed ${isListed}, connected ${connected}, emitted ${disconnects}`,
      );
    }
    if (connected && !client.connected) {
      throw new Violation(`endpoint, ${sessionId}: a member without a session`);
    }
  }
  for (const { calls } of application.questions) {
    if (calls > 1) throw new Violation(`endpoint: ${calls} answers to one question`);
  }
}

/** Checks what holds between two steps. */
export function checkStep(world: World): void {
  if (world.setting.generation === '0.9') checkEndpoint(world);
  for (const account of world.accounts.values()) {
    checkLifetime(world, account);
    checkMessages(world, account);
  }
  checkBytes(world);
  const sessions = Object.keys(world.io.clients).length;
  const { handshakes } = world.io._limiter;
  const { maxSessions } = world.setting;
  if (handshakes < 0) throw new Violation(`${handshakes} handshakes are pending`);
  const counted = world.io._limiter.sessions;
  if (counted < sessions) throw new Violation(`${counted} of ${sessions} sessions are counted`);
  if (maxSessions > 0 && counted > maxSessions) {
    throw new Violation(`${counted} sessions and handshakes are counted`);
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
  const { questions } = world.application;
  const unanswered = questions.filter(({ isTimed, calls }) => isTimed && calls === 0).length;
  if (unanswered > 0) throw new Violation(`left: ${unanswered} questions with a timeout`);
  if (world.clock.pending > 0) throw new Violation(`left: ${world.clock.pending} timeouts`);
}
