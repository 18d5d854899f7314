/**
 * An app in a process of its own, because the instrumentation of OpenTelemetry patches `node:http`.
 * Prints its spans as JSON. The recipe of docs/metrics.md is in the environment.
 *
 * @module
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Span {
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly parentSpanContext?: { readonly spanId: string };
  spanContext(): { readonly spanId: string };
}

const api = require('@opentelemetry/api') as {
  trace: { getTracer(name: string): { startSpan(name: string): { end(): void } } };
};
const sdk = require('@opentelemetry/sdk-trace-node') as {
  NodeTracerProvider: new (options: object) => { register(): void };
  InMemorySpanExporter: new () => { getFinishedSpans(): Span[] };
  SimpleSpanProcessor: new (exporter: unknown) => unknown;
};

const exporter = new sdk.InMemorySpanExporter();
new sdk.NodeTracerProvider({ spanProcessors: [new sdk.SimpleSpanProcessor(exporter)] }).register();
// oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call -- our own page
const instrumentation = new Function(
  'require',
  `${process.env['RECIPE'] ?? ''}; return instrumentation;`,
)(require) as { enable(): void };
instrumentation.enable();

/** A server span, or one of the app. */
const isOurs = ({ kind }: Span): boolean => kind !== 2;

async function main(): Promise<void> {
  // Loaded after the instrumentation is enabled, as with `--require`.
  const http = require('node:http') as typeof import('node:http');
  const io = require('../../lib/index.js') as typeof import('../../lib/index.js');
  const server: Server = http.createServer((_request, response) => response.end('page'));
  const listener = io.listen(server, { log: false, flashPolicyServer: false });
  const messages: unknown[] = [];
  listener.on('clientMessage', (message) => {
    messages.push(message);
    api.trace.getTracer('app').startSpan('message').end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const opened = await (await fetch(`${base}/socket.io/xhr-polling//1`)).text();
  const sessionId = opened.replace(/^~m~\d+~m~/, '');
  const body = new URLSearchParams({ data: '~m~5~m~hello' });
  await fetch(`${base}/socket.io/xhr-polling/${sessionId}/send`, { method: 'POST', body });
  await (await fetch(`${base}/page`)).text();
  await listener.close();
  server.closeAllConnections();
  server.close();
  const spans = exporter.getFinishedSpans().filter(isOurs);
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  const described = spans.map(({ name, attributes, parentSpanContext }) => ({
    name,
    path: attributes['url.path'] ?? attributes['http.target'] ?? null,
    parent: names.get(parentSpanContext?.spanId ?? '') ?? null,
  }));
  console.log(JSON.stringify({ spans: described, messages }));
  process.exit(0);
}

void main();
