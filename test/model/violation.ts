import type { Account } from './account.js';

/** A violated invariant; the message describes it. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export function fail({ client, peer }: Account, what: string): never {
  throw new Violation(`${peer.kind.name}, ${client.sessionId}: ${what}`);
}
