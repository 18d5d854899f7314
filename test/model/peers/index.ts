/**
 * The clients of the model.
 *
 * @module
 */
import { DeliveringPeer } from './delivering-peer.js';
import { GENERATIONS, type Generation, type Kind } from './kinds.js';
import { Peer06 } from './peer-06.js';
import { Peer09 } from './peer-09.js';
import type { Dialer, Peer } from './peer.js';

export type { Dialer, Peer } from './peer.js';
export type { Generation } from './kinds.js';
export { DeliveringPeer } from './delivering-peer.js';
export { ENDPOINT } from './peer-09.js';
export { GENERATIONS, TRANSPORTS } from './kinds.js';
export { Wire } from './wire.js';

/** A client whose kind and habits the numbers of a step choose. */
export function createPeer(dialer: Dialer, generation: Generation, a: number, b: number): Peer {
  const kinds = GENERATIONS[generation];
  const kind = kinds[a % kinds.length] as Kind;
  const echoes = b % 4 !== 0;
  if (generation === '0.9') return new Peer09(dialer, kind, echoes, b % 3 !== 0);
  const Type = generation === 'delivery' ? DeliveringPeer : Peer06;
  return new Type(dialer, kind, echoes);
}
