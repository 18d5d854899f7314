/**
 * Applies the packets of other processes to the groups of this process, and only to those.
 *
 * @module
 */
import { SharedPayload } from '../session/shared-payload.js';
import type { Selection } from '../rooms/client-group.js';
import type { ClusterHost } from './cluster-host.js';
import { BodyReader, BodyWriter, Kind, type Packet } from './packet.js';
import type { Description } from './remote-client.js';

/** The queries about a selection. */
export const Ask = { COUNT: 0, LIST: 1 } as const;

/** The kind of the packet of a payload. */
export function kindOf({ isEvent, isVolatile }: SharedPayload): Kind {
  if (isVolatile) return isEvent ? Kind.EMIT_VOLATILE : Kind.SEND_VOLATILE;
  return isEvent ? Kind.EMIT : Kind.SEND;
}

function payloadOf(kind: number, payload: string): SharedPayload {
  const isEvent = kind === Kind.EMIT || kind === Kind.EMIT_VOLATILE;
  const isVolatile = kind === Kind.SEND_VOLATILE || kind === Kind.EMIT_VOLATILE;
  return new SharedPayload(payload, isEvent, null, isVolatile);
}

export class Delivery {
  readonly #host: ClusterHost;
  readonly #timeoutMs: number;
  readonly #answer: (body: Buffer) => void;

  /** @param answer sends the body of an answer */
  constructor(host: ClusterHost, timeoutMs: number, answer: (body: Buffer) => void) {
    this.#host = host;
    this.#timeoutMs = timeoutMs;
    this.#answer = answer;
  }

  /** @throws {RangeError} If the body is malformed. */
  deliver({ kind, body: bytes }: Packet, node: string): void {
    const body = new BodyReader(bytes);
    const groups = this.#host.localGroups();
    const selection = body.selection();
    switch (kind) {
      case Kind.SEND:
      case Kind.EMIT:
      case Kind.SEND_VOLATILE:
      case Kind.EMIT_VOLATILE: {
        const shared = payloadOf(kind, body.rest());
        for (const group of groups) group.send(shared, selection);
        break;
      }
      case Kind.ENDPOINT: {
        const [name = ''] = body.list();
        this.#host.sendToEndpoint(name, body.rest(), selection.except);
        break;
      }
      case Kind.JOIN: {
        const rooms = body.list();
        for (const group of groups) group.join(selection, rooms);
        break;
      }
      case Kind.LEAVE: {
        const rooms = body.list();
        for (const group of groups) group.leave(selection, rooms);
        break;
      }
      case Kind.KICK:
        for (const group of groups) group.disconnect(selection);
        break;
      case Kind.ASK:
        void this.#find(node, selection, body.u32(), body.u8());
        break;
      default:
        throw new RangeError(`Unknown kind of packet: ${kind}`);
    }
  }

  async #find(node: string, selection: Selection, id: number, what: number): Promise<void> {
    const answer =
      what === Ask.COUNT ? await this.#count(selection) : await this.#describe(selection);
    const body = new BodyWriter().bytes(Buffer.from(node, 'hex')).u32(id);
    this.#answer(body.end(JSON.stringify(answer)));
  }

  async #count(selection: Selection): Promise<number> {
    const counts = this.#host
      .localGroups()
      .map(async (group) => group.count(selection, this.#timeoutMs));
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  async #describe(selection: Selection): Promise<Description[]> {
    const lists = this.#host
      .localGroups()
      .map(async (group) => group.list(selection, this.#timeoutMs));
    return (await Promise.all(lists)).flat().map(({ rooms, ...client }) => ({
      sessionId: client.sessionId,
      transport: client.transport,
      remoteAddress: client.remoteAddress,
      rooms: [...rooms],
    }));
  }
}
