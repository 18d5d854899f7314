/**
 * Processes of a cluster without sockets: each has one fake group of clients that records what it gets.
 *
 * @module
 */
import { Cluster } from '../../lib/cluster/cluster.js';
import type { BusOptions } from '../../lib/cluster/bus.js';
import type { ClientGroup, Selection } from '../../lib/rooms/client-group.js';
import { encode } from '../../lib/protocol/frames.js';
import type { RemoteClient } from '../../lib/rooms/broadcast-operator.js';
import { SharedPayload } from '../../lib/session/shared-payload.js';
import { ManualClock } from '../support/clock.js';
import type { Engine } from './engine.js';

export const EVERYONE: Selection = { rooms: null, except: [] };

/** Records calls, and finds one client. */
class RecordingGroup implements ClientGroup {
  readonly isLocal = true;
  readonly calls: string[] = [];
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  send({ payload, isEvent, isVolatile }: SharedPayload, selection: Selection): void {
    const how = (isEvent ? 'event ' : '') + (isVolatile ? 'volatile ' : '');
    this.calls.push(`send ${how}${payload.replace(/^~m~\d+~m~/, '')} ${textOf(selection)}`.trim());
  }

  join(selection: Selection, rooms: readonly string[]): void {
    this.calls.push(`join ${rooms.join()} ${textOf(selection)}`.trim());
  }

  leave(selection: Selection, rooms: readonly string[]): void {
    this.calls.push(`leave ${rooms.join()} ${textOf(selection)}`.trim());
  }

  disconnect(selection: Selection): void {
    this.calls.push(`disconnect ${textOf(selection)}`.trim());
  }

  count(): number {
    return 1;
  }

  list(): RemoteClient[] {
    const client = {
      sessionId: this.#id,
      transport: 'websocket',
      remoteAddress: '127.0.0.1',
      rooms: new Set([this.#id, 'x']),
    };
    return [client as object as RemoteClient];
  }
}

function textOf({ rooms, except }: Selection): string {
  return (
    (rooms === null ? '' : `to ${rooms.join()}`) +
    (except.length > 0 ? ` not ${except.join()}` : '')
  );
}

export class Process {
  readonly name: string;
  readonly group: RecordingGroup;
  readonly cluster: Cluster;
  readonly events: string[] = [];
  lost = 0;
  #sent = 0;

  constructor(
    name: string,
    engine: Engine,
    clock: ManualClock,
    options: BusOptions = {},
    maxMessage?: number,
  ) {
    this.name = name;
    this.group = new RecordingGroup(name);
    this.cluster = new Cluster(engine.bus(name, maxMessage), options, {
      group: 'socket.io',
      clock,
      localGroups: () => [this.group],
      sendToEndpoint: (endpoint, packet, except) => {
        const calls = [`endpoint ${endpoint} ${packet}`, ...except.map((id) => `not ${id}`)];
        this.group.calls.push(calls.join(' '));
      },
      sessionCount: () => 7,
      address: () => `${name}.example:9000`,
      emit: (event, ...args) => {
        if (event === 'busLost') this.lost += (args[0] as { count: number }).count;
        const detail = args.filter((arg) => typeof arg === 'string').join(' ');
        this.events.push(`${event} ${detail}`.trim());
      },
    });
  }

  send(message: unknown, selection: Selection = EVERYONE): void {
    this.cluster.send(new SharedPayload(encode(message)), selection);
  }

  /** Sends the next of a numbered row of messages. */
  sendNext(): void {
    this.send(`${this.name}${++this.#sent}`);
  }

  /** The messages of a numbered row that have arrived from another process. */
  from(name: string): number[] {
    return this.group.calls.flatMap((call) => {
      const [, sender, number] = /^send ([a-z])(\d+)$/.exec(call) ?? [];
      return sender === name ? [Number(number)] : [];
    });
  }
}

/** Ends the turn: outboxes hand over what they have, promises settle. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets steps of `ms` pass on the clock and the engine. */
export async function pass(
  engine: Engine,
  clock: ManualClock,
  steps: number,
  ms = 10,
): Promise<void> {
  for (let i = 0; i < steps; i++) {
    await turn();
    engine.step();
    clock.tick(ms);
  }
  await turn();
}

export const row = (length: number): number[] => Array.from({ length }, (_, i) => i + 1);
