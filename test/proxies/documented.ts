/**
 * Every transport through nginx and HAProxy, with the configurations in docs/deployment.md: two
 * servers, and sessions that must reach the right one.
 *
 * @module
 */
import { expect } from 'chai';
import { codeBlocks, readDoc } from '../package/docs.js';
import { VARIANTS, XhrPollingDriver } from '../support/drivers/index.js';
import { until } from '../support/wait.js';
import { HAPROXY, NGINX, nginx } from './configurations.js';
import { exchange, Node, rejectionOf } from './node.js';
import { freePort, RunningProxy, type Program } from './proxy.js';

const DEPLOYMENT = readDoc('docs/deployment.md');

interface Proxy {
  readonly name: string;
  readonly program: Program;
  readonly language: string;
  /** Where drafts 75 and 76 have a port of their own. */
  readonly draftPort?: number;
  /** What surrounds the documented configuration. */
  readonly wrap: (configuration: string, folder: string) => string;
}

const PROXIES: readonly Proxy[] = [
  { name: 'nginx', program: NGINX, language: 'nginx', wrap: nginx },
  {
    name: 'HAProxy',
    program: HAPROXY,
    language: 'haproxy',
    draftPort: 8076,
    wrap: (configuration) => `global\n  maxconn 256\n\n${configuration}`,
  },
];

const isDraft = (variant: string): boolean => variant.includes('hixie');

function sessionsOf(nodes: readonly Node[]): number {
  return nodes.reduce((sum, { sessions }) => sum + sessions, 0);
}

for (const proxy of PROXIES) {
  describe(`behind ${proxy.name}, as documented, two servers`, function () {
    this.timeout(20_000);
    let nodes: readonly Node[];
    let running: RunningProxy | null = null;
    let port: number;
    let draftPort: number;

    before('start', async () => {
      nodes = [new Node(1), new Node(2)];
      const [first, second] = await Promise.all(nodes.map((node) => node.start()));
      port = await freePort();
      draftPort = proxy.draftPort === undefined ? port : await freePort();
      const [configuration = ''] = codeBlocks(DEPLOYMENT, proxy.language);
      const ported = configuration
        .replaceAll('127.0.0.1:8081', `127.0.0.1:${first}`)
        .replaceAll('127.0.0.1:8082', `127.0.0.1:${second}`)
        .replace('listen 8080', `listen 127.0.0.1:${port}`)
        .replace('bind :8080', `bind 127.0.0.1:${port}`)
        .replace(`bind :${proxy.draftPort}`, `bind 127.0.0.1:${draftPort}`);
      running = await RunningProxy.start(proxy.program, port, (folder) =>
        proxy.wrap(ported, folder),
      );
    });

    after('stop', async () => {
      await running?.stop();
      for (const node of nodes) node.stop();
    });

    const variants = VARIANTS.filter(
      (variant) => proxy.draftPort !== undefined || !isDraft(variant.name),
    );
    const portFor = (variant: string): number => (isDraft(variant) ? draftPort : port);

    for (const { name, create } of variants) {
      it(`passes messages of ${name} in both directions at once`, async () => {
        await exchange(await create(portFor(name)).open());
      });
    }

    for (const { name, create } of VARIANTS.filter((variant) => isDraft(variant.name))) {
      it(`returns no response to ${name} in HTTP mode that its clients accept`, async () => {
        expect(await rejectionOf(create(port).open())).to.be.an.instanceOf(Error);
      });
    }

    it('routes the polls of many sessions to the process that has each', async () => {
      const drivers = await Promise.all(
        Array.from({ length: 20 }, () => new XhrPollingDriver(port).open()),
      );
      const processes = new Set(drivers.map(({ sessionId }) => sessionId.slice(0, 2)));
      expect([...processes].toSorted()).to.deep.equal(['01', '02']);
      const texts = Array.from({ length: 5 }, (_, n) => `message ${n}`);
      await Promise.all(drivers.map((driver) => exchange(driver, texts)));
    });

    it('reports clients that close their connection', async () => {
      const streaming = variants.filter(({ name }) => !name.includes('polling'));
      const before = sessionsOf(nodes);
      const drivers = await Promise.all(
        streaming.map(({ name, create }) => create(portFor(name)).open()),
      );
      expect(sessionsOf(nodes)).to.equal(before + drivers.length);
      for (const driver of drivers) driver.drop();
      await until(() => sessionsOf(nodes) <= before, 'the sessions to end');
    });

    it('passes all other requests to the application', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/`);
      expect(await response.text()).to.equal('app');
    });
  });
}
