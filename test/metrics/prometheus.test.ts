import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { prometheus, PROMETHEUS_CONTENT_TYPE } from '../../lib/metrics/index.js';
import { formatMetrics } from '../../lib/metrics/text-format.js';
import { WebsocketDriver, XhrPollingDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { request } from '../support/raw.js';
import { serve, type Served } from '../support/server.js';
import { V1Client } from '../support/v1.js';
import { until } from '../support/wait.js';

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metrics: readonly { readonly value: string; readonly labels?: Record<string, string> }[];
}

/** A parser of the text format that other people have written. */
const parse: (text: string) => Family[] = require('parse-prometheus-text-format') as never;

/** The value of a sample with these labels; undefined if there is none. */
function valueOf(text: string, name: string, labels: Record<string, string>): number | undefined {
  const family = parse(text).find((one) => one.name === name);
  const sample = family?.metrics.find((one) =>
    Object.entries(labels).every(([label, value]) => one.labels?.[label] === value),
  );
  return sample === undefined ? undefined : Number(sample.value);
}

async function serveSome(): Promise<Served> {
  const served = await serve();
  await new WebsocketDriver(served.port).open();
  const poller = await new XhrPollingDriver(served.port).open();
  await V1Client.open(served.port);
  await poller.send(framed('a', 'b'));
  served.io.broadcast('c');
  await request(served.port, '/socket.io/xhr-polling/77/1');
  return served;
}

describe('prometheus(listener)', () => {
  it('has the figures of listener.stats()', async () => {
    const { io } = await serveSome();
    const text = prometheus(io);
    const stats = io.stats();
    const value = (name: string, labels = {}): number | undefined =>
      valueOf(text, `socketio_${name}`, { resource: 'socket.io', ...labels });
    for (const { protocol, transport, state, count } of stats.sessions.groups) {
      expect(value('sessions', { protocol, transport, state })).to.equal(count);
    }
    expect(value('sessions_current')).to.equal(3);
    expect(value('sessions_opened_total')).to.equal(3);
    expect(value('messages_total', { direction: 'in' })).to.equal(2);
    expect(value('messages_total', { direction: 'out' })).to.equal(3);
    expect(value('payloads_total', { direction: 'out' })).to.equal(stats.payloads.out);
    expect(value('payload_bytes_total', { direction: 'in' })).to.equal(stats.bytes.in);
    expect(value('payload_bytes_total', { direction: 'out' })).to.equal(stats.bytes.out);
    expect(value('refusals_total', { code: 'ERR_SIO_UNKNOWN_SESSION' })).to.equal(1);
    expect(value('refusals_total', { code: 'ERR_SIO_UNAUTHORIZED' })).to.equal(0);
    expect(value('session_ends_total', { reason: 'client close' })).to.equal(0);
    expect(value('bus_up')).to.equal(undefined);
  });

  it('names counters with _total, gauges without, and explains each', async () => {
    const { io } = await serveSome();
    const families = parse(prometheus(io));
    expect(families.length).to.be.above(10);
    for (const { name, help, type } of families) {
      expect(name).to.match(/^socketio_[a-z_]+$/);
      expect(help).to.match(/^[A-Z].*\.$/);
      expect(type).to.equal(name.endsWith('_total') ? 'COUNTER' : 'GAUGE');
    }
  });

  it('has the figures of several Listeners, by resource', async () => {
    const one = await serve({ resource: 'one' });
    const two = await serve({ resource: 'a/two' });
    await new WebsocketDriver(two.port, { resource: 'a/two' }).open();
    await until(() => two.io.stats().sessions.current === 1, 'the session');
    const text = prometheus([one.io, two.io]);
    const current = (resource: string): number | undefined =>
      valueOf(text, 'socketio_sessions_current', { resource });
    expect(current('one')).to.equal(0);
    expect(current('a/two')).to.equal(1);
    expect(text.match(/# TYPE socketio_sessions_current gauge/g)).to.have.lengthOf(1);
  });

  it('escapes what applications choose', async () => {
    const resource = 'a"b\\c\nd{}';
    const text = formatMetrics([
      { name: 'x', type: 'gauge', help: 'One\nline \\ "here".', samples: [[{ resource }, 1]] },
    ]);
    expect(text).to.equal(
      '# HELP x One\\nline \\\\ "here".\n# TYPE x gauge\nx{resource="a\\"b\\\\c\\nd{}"} 1\n',
    );
    const { io } = await serve({ resource: 'a"b' });
    expect(prometheus(io)).to.include('socketio_sessions_current{resource="a\\"b"} 0\n');
  });

  it('throws for what is not a Listener', () => {
    expect(() => prometheus(undefined as never)).to.throw(TypeError, /`listener` .* a Listener/);
    expect(() => prometheus([{} as never])).to.throw(TypeError, /`listeners\[0\]`/);
    expect(PROMETHEUS_CONTENT_TYPE).to.include('version=0.0.4');
  });

  it('has no fault that promtool finds, where it is installed', async function () {
    const { io } = await serveSome();
    const tool = process.env['PROMTOOL'] ?? 'promtool';
    const { error, status, stdout, stderr } = spawnSync(tool, ['check', 'metrics'], {
      input: prometheus(io),
      encoding: 'utf8',
    });
    if (error) this.skip();
    expect({ status, output: stdout + stderr }).to.deep.equal({ status: 0, output: '' });
  });
});
