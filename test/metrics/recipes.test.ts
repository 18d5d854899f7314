import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { Listener } from '../../lib/index.js';
import { readDoc } from '../package/docs.js';
import { spawnNode } from './spawn-node.js';
import { WebsocketDriver, XhrPollingDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { request } from '../support/raw.js';
import { listenOnLoopback, serve } from '../support/server.js';

/** The code blocks of the page, by a text that they contain. */
function recipe(part: string): string {
  const blocks = readDoc('docs/metrics.md').matchAll(/^```js\n(.*?)^```/gms);
  const found = Array.from(blocks, ([, code = '']) => code).filter((code) => code.includes(part));
  if (found.length !== 1) throw new Error(`Expected one block with ${part}, got ${found.length}`);
  return found[0] as string;
}

/** Runs a recipe; its `require` finds this package, and other packages as they are. */
function run(code: string, listener: Listener, modules: Record<string, unknown> = {}): void {
  const load = (name: string): unknown =>
    modules[name] ??
    (require(name.replace(/^socket\.io-node\/metrics$/, '../../lib/metrics/index.js')) as unknown);
  // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call -- our own page
  new Function('require', 'listener', code)(load, listener);
}

/** `node:http` whose servers listen on a free port. */
function httpModule(servers: Server[]): unknown {
  return {
    createServer(handler: Parameters<typeof createServer>[1]) {
      const server = createServer(handler as never);
      servers.push(server);
      return { listen: () => undefined };
    },
  };
}

async function scrape(code: string, listener: Listener): Promise<{ type: unknown; body: string }> {
  const servers: Server[] = [];
  run(code, listener, { 'node:http': httpModule(servers) });
  const port = await listenOnLoopback(servers[0] as Server);
  const { headers, body } = await request(port, '/metrics');
  return { type: headers['content-type'], body };
}

interface Register {
  metrics(): Promise<string>;
  clear(): void;
}

describe('the recipes in docs/metrics.md', () => {
  it('serve the figures without another package', async () => {
    const { io } = await serve();
    const { type, body } = await scrape(recipe('PROMETHEUS_CONTENT_TYPE'), io);
    expect(type).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(body).to.include('socketio_sessions_current{resource="socket.io"} 0\n');
  });

  it('serve the figures with those of prom-client', async () => {
    const { register, Counter } = require('prom-client') as {
      register: Register;
      Counter: new (options: object) => { inc(): void };
    };
    new Counter({ name: 'orders_total', help: 'Orders.' }).inc();
    const { io, port } = await serve();
    await new WebsocketDriver(port).open();
    const { type, body } = await scrape(recipe('register.contentType'), io);
    expect(type).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(body).to.include('orders_total 1\n').and.include('socketio_sessions_current{');
    register.clear();
  });

  it('make a metric of prom-client', async () => {
    const { register } = require('prom-client') as { register: Register };
    const { io, port } = await serve();
    run(recipe('new Gauge'), io);
    await new WebsocketDriver(port).open();
    expect(await register.metrics()).to.include('chat_clients{protocol="0.6"} 1\n');
    await io.close();
    expect(await register.metrics()).to.not.include('chat_clients{');
    register.clear();
  });

  it('observe the figures with OpenTelemetry', async () => {
    const { io, port } = await serve();
    const api = require('@opentelemetry/api') as {
      metrics: { setGlobalMeterProvider(provider: unknown): void; disable(): void };
    };
    const sdk = require('@opentelemetry/sdk-metrics') as {
      MeterProvider: new (options: object) => { shutdown(): Promise<void> };
      PeriodicExportingMetricReader: new (options: object) => { forceFlush(): Promise<void> };
      InMemoryMetricExporter: new (temporality: number) => { getMetrics(): ResourceMetrics[] };
    };
    const exporter = new sdk.InMemoryMetricExporter(1);
    const reader = new sdk.PeriodicExportingMetricReader({ exporter });
    const provider = new sdk.MeterProvider({ readers: [reader] });
    api.metrics.setGlobalMeterProvider(provider);
    run(recipe('addBatchObservableCallback'), io);
    const driver = await new XhrPollingDriver(port).open();
    await driver.send(framed('a', 'b'));
    await request(port, '/socket.io/xhr-polling/77/1');
    await reader.forceFlush();
    const observed = exporter.getMetrics().flatMap(valuesOf);
    expect(observed).to.deep.include(['socketio.messages', { direction: 'in' }, 2]);
    expect(observed).to.deep.include(['socketio.refusals', { code: 'ERR_SIO_UNKNOWN_SESSION' }, 1]);
    const sessions = observed.filter(([name]) => name === 'socketio.sessions');
    expect(sessions).to.have.lengthOf(1);
    expect(sessions[0]?.[1]).to.include({ protocol: '0.6', transport: 'xhr-polling' });
    await provider.shutdown();
    api.metrics.disable();
  });

  it('trace requests with the instrumentation of OpenTelemetry', async () => {
    const { spans, messages } = await spawnNode(recipe('HttpInstrumentation'));
    // The request that opens the session, the handler of a message in its context, and the page.
    expect(messages).to.deep.equal(['hello']);
    expect(spans).to.deep.equal([
      { name: 'GET', path: '/socket.io/xhr-polling//1', parent: null },
      { name: 'message', path: null, parent: 'GET' },
      { name: 'GET', path: '/page', parent: null },
    ]);
  });
});

interface ResourceMetrics {
  readonly scopeMetrics: readonly {
    readonly metrics: readonly {
      readonly descriptor: { readonly name: string };
      readonly dataPoints: readonly { readonly attributes: object; readonly value: number }[];
    }[];
  }[];
}

function valuesOf({ scopeMetrics }: ResourceMetrics): (readonly [string, object, number])[] {
  return scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [descriptor.name, attributes, value] as const),
    ),
  );
}
