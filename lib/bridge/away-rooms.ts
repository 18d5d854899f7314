import type { Selection } from '../rooms/client-group.js';
import type { OfficialSocket } from './official.js';

/**
 * The rooms of a client whose connection is lost and may be recovered. The official server keeps
 * the rooms of its socket, without the changes that were made in the meantime.
 */
export class AwayRooms {
  /** The rooms as they are now. */
  readonly now: Set<string>;
  readonly #before: ReadonlySet<string>;

  constructor(before: ReadonlySet<string>) {
    this.#before = before;
    this.now = new Set(before);
  }

  /** True if a selection means the client. */
  isSelected(selection: Selection): boolean {
    return isSelected(this.now, selection);
  }

  /** True if the official server takes the client for selected. */
  isSelectedOfficially(selection: Selection): boolean {
    return isSelected(this.#before, selection);
  }

  /** Makes the changes at the recovered socket. */
  applyTo(socket: OfficialSocket): void {
    for (const room of this.now) {
      if (!this.#before.has(room)) socket.join(room);
    }
    for (const room of this.#before) {
      if (!this.now.has(room)) socket.leave(room);
    }
  }
}

function isSelected(own: ReadonlySet<string>, { rooms, except }: Selection): boolean {
  const isOwn = (room: string): boolean => own.has(room);
  return (rooms === null || rooms.some(isOwn)) && !except.some(isOwn);
}
