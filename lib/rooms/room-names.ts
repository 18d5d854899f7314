import { invalidType } from '../util/invalid-type.js';
import type { Target } from './broadcast-operator.js';

/** The most characters of a room. Names are sent between processes, and each process keeps them. */
const LONGEST_ROOM = 1000;

/**
 * The rooms of a target, checked.
 *
 * @throws {TypeError} If a room is not a string: `1` and `'1'` would be two rooms here, and one in
 *   another process.
 * @throws {RangeError} If a room is empty, or has more than 1,000 characters.
 */
export function roomNames(target: Target): readonly string[] {
  const rooms: readonly unknown[] = Array.isArray(target) ? target : [target];
  for (const room of rooms) {
    if (typeof room !== 'string') throw invalidType('room', 'a string', room);
    if (room === '' || room.length > LONGEST_ROOM) {
      throw new RangeError(
        `Expected \`room\` to have from 1 to ${LONGEST_ROOM} characters, got ${room.length}`,
      );
    }
  }
  return rooms as readonly string[];
}
