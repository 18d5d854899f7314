/**
 * Another implementation of the network, from the reference model of the design: an independent
 * check of the client and the server. `npm run delivery-model -- --reference FOLDER`.
 *
 * @module
 */
import { resolve } from 'node:path';
import type { Chance } from './chance.js';
import type { Call, Caller, Fault, Kind, Line, NetworkProfile, Server } from './network.js';
import type { Scheduler } from './scheduler.js';

/** What a run needs of a network. */
export interface NetworkLike {
  server: Server | null;
  isHealed: boolean;
  readonly counts: Readonly<Record<string, number>>;
  request(kind: Kind, url: string, body: string, caller: Caller, maker: unknown): HandleLike;
  breakAll(): void;
}

export interface HandleLike {
  send(payload: string): void;
  abort(): void;
}

/** The names of the faults there. */
const NAMES: Readonly<Record<Fault, string>> = {
  dropped: 'lost',
  delayed: 'late',
  duplicated: 'doubled',
  resent: 'retried',
  unanswered: 'unanswered',
  truncated: 'truncated',
  cut: 'cut',
  unnoticed: 'silent',
  halfDead: 'half',
  slow: 'slow',
};

interface TheirLink {
  line?: Line;
  readonly isPhantom: boolean;
  write(payload: string): void;
  close(): void;
}

interface TheirExchange {
  readonly path: string;
  readonly isOver: boolean;
  readonly link: { readonly call: Call };
}

interface TheirRequest {
  body: string;
  reply(status: number, body: string): void;
  poll(): TheirLink;
  stream(): TheirLink;
}

interface TheirNetwork {
  server: unknown;
  isHealed: boolean;
  readonly counts: Record<string, number>;
  request(...args: unknown[]): HandleLike;
  arrive(exchange: TheirExchange, isPhantom: boolean): void;
  breakAll(): void;
}

type TheirNetworkClass = new (scheduler: object, random: object, profile: object) => TheirNetwork;

/** Makes networks of the model in a folder. */
export function referenceNetworks(
  folder: string,
): (scheduler: Scheduler, chance: Chance, profile: NetworkProfile) => NetworkLike {
  // oxlint-disable-next-line typescript/no-require-imports -- its place is an argument
  const { Network } = require(resolve(folder, 'network.js')) as { Network: TheirNetworkClass };
  return (scheduler, chance, profile) => {
    const clock = {
      get now() {
        return scheduler.now();
      },
      set: (ms: number, run: () => void) => scheduler.setTimeout(run, ms),
      clear: (task: unknown) => scheduler.clearTimeout(task),
    };
    const random = {
      next: () => chance.fraction(),
      below: (limit: number) => chance.below(limit),
      between: (least: number, most: number) => chance.between(least, most),
      chance: (probability: number) => chance.happens(probability),
      pick: <T>(list: readonly T[]) => chance.oneOf(list),
      span: (mean: number) => chance.wait(mean),
    };
    const faults = Object.fromEntries(
      Object.entries(profile.faults).map(([name, value]) => [NAMES[name as Fault], value]),
    );
    const { trip, cutAfter: cutMean } = profile;
    return adapt(new Network(clock, random, { faults, trip, cutMean }));
  };
}

function adapt(network: TheirNetwork): NetworkLike {
  let arriving: TheirExchange;
  const arrive = network.arrive.bind(network);
  network.arrive = (exchange, isPhantom) => {
    arriving = exchange;
    arrive(exchange, isPhantom);
  };
  const adapted: NetworkLike = {
    server: null,
    get isHealed() {
      return network.isHealed;
    },
    set isHealed(value) {
      network.isHealed = value;
    },
    counts: network.counts,
    breakAll: () => network.breakAll(),
    request(kind, url, body, caller, maker) {
      const link: { isPoll: boolean; call?: Call } = { isPoll: kind === 'poll' };
      const end = (status: number, answer: string): void => caller.onEnd(status, answer);
      const client = {
        onPosted: (_link: unknown, _post: unknown, status: number, answer: string) =>
          end(status, answer),
        onAnswer: (_link: unknown, status: number, answer: string) => end(status, answer),
        onClosed: () => end(0, ''),
        onPayload: (_link: unknown, payload: string) => caller.onPayload(payload),
      };
      link.call = { kind, url, body, caller, maker, isOver: false };
      const method = kind === 'post' ? 'POST' : kind === 'socket' ? 'UPGRADE' : 'GET';
      return network.request(client, method, url, body, link, kind === 'post' ? {} : undefined);
    },
  };
  const posts = new WeakMap<TheirRequest, (body: string) => void>();
  const server = (): Server => adapted.server as Server;
  network.server = {
    onOpen(request: TheirRequest) {
      const exchange = arriving;
      const call: Call = Object.create(exchange.link.call, {
        isOver: { get: () => exchange.isOver },
      }) as Call;
      server().open(
        call,
        (status) => request.reply(status, ''),
        () => {
          const link = call.kind === 'poll' ? request.poll() : request.stream();
          const line: Line = {
            call,
            isCopy: link.isPhantom,
            write: (payload) => link.write(payload),
            close: () => link.close(),
            onFrame: () => undefined,
            onGone: () => undefined,
          };
          link.line = line;
          return line;
        },
      );
    },
    onPostHead(request: TheirRequest) {
      const reply = (status: number, body: string): void => request.reply(status, body);
      posts.set(request, server().post(arriving.path, reply));
    },
    onPost: (request: TheirRequest) => posts.get(request)?.(request.body),
    onFrame: (link: TheirLink, payload: string) => link.line?.onFrame(payload),
    onClosed: (link: TheirLink) => link.line?.onGone(),
  };
  return adapted;
}
