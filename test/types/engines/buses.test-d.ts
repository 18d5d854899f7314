// The clients of all engines fit the structural parameters of the buses. A project of its own: the
// declarations of NATS do not compile with `exactOptionalPropertyTypes`.
import { connect } from '@nats-io/transport-node';
import { createClient, createCluster } from '@redis/client';
import { Cluster, Redis } from 'ioredis';
import { Pool } from 'pg';
import { Server } from 'socket.io4';
import { adapterBus, natsBus, postgresBus, redisBus } from '../../../lib/bus/index.js';
import type { Bus } from '../../../lib/index.js';

interface Events {
  hello: (text: string) => void;
}

export async function buses(): Promise<readonly Bus[]> {
  return [
    redisBus(createClient()),
    redisBus(createClient(), { subscriber: createClient() }),
    redisBus(createCluster({ rootNodes: [] })),
    redisBus(new Redis()),
    redisBus(new Cluster([])),
    natsBus(await connect()),
    postgresBus(new Pool()),
    adapterBus(new Server()),
    adapterBus(new Server<Events, Events, Events, { name: string }>()),
  ];
}
