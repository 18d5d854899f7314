/**
 * What holds for the messages of a session with delivery: each arrives once and in order, or is
 * named in `lost`.
 *
 * @module
 */
import type { Account } from './account.js';
import type { DeliveringPeer } from './peers/index.js';
import { fail } from './violation.js';
import type { World } from './world.js';

function checkDown(world: World, account: Account, peer: DeliveringPeer): void {
  const { client, sent, lost } = account;
  const { delivered } = peer;
  for (const [i, token] of delivered.entries()) {
    if (token !== sent[i]) fail(account, `delivered ${delivered.join()} of ${sent.join()}`);
  }
  const rest = sent.slice(delivered.length);
  if (!client.connected) {
    const silent = rest.filter((token) => !lost.includes(token));
    if (silent.length > 0) fail(account, `neither delivered nor lost: ${silent.join()}`);
    return;
  }
  if (lost.length > 0) fail(account, `lost ${lost.join()} before the end`);
  // A Listener that closes asks its clients to continue elsewhere, and sends nothing more.
  if (!client._open || rest.length === 0 || !world.isServing) return;
  const wire = world.wireOf(client);
  const isServed = wire === peer.wire || peer.kind.family === 'polling';
  if (wire?.isHealthy && isServed && peer.isReady) fail(account, `did not deliver ${rest.join()}`);
}

function checkUp(account: Account, peer: DeliveringPeer): void {
  const { received } = account;
  if (received.some((number, i) => number !== i + 1)) fail(account, `received ${received.join()}`);
  if (peer.acked > received.length) {
    fail(account, `acknowledged ${peer.acked} of ${received.length}`);
  }
}

/** Checks the messages of a session in both directions. */
export function checkDelivered(world: World, account: Account, peer: DeliveringPeer): void {
  const { sessionId } = account.client;
  if (peer.sessionId !== '' && peer.sessionId !== sessionId) return;
  if (peer.fault !== null) fail(account, peer.fault);
  checkDown(world, account, peer);
  checkUp(account, peer);
}
