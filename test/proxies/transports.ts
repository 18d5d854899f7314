/**
 * Every transport through every proxy, in front of one server.
 *
 * @module
 */
import { expect } from 'chai';
import { Refused, VARIANTS, type Variant } from '../support/drivers/index.js';
import { until } from '../support/wait.js';
import { connect2011 } from './client-2011.js';
import { SETUPS, type ProxySetup } from './configurations.js';
import { exchange, Node, rejectionOf } from './node.js';
import { freePort, RunningProxy } from './proxy.js';

/** The outcome of each transport, for the table at the end. */
const OUTCOMES = new Map<string, Map<string, string>>();

/** Transports of the client of 2011 that need nothing of a page but requests. */
const OF_2011 = ['websocket', 'xhr-polling'];

function reasonAgainst({ unsupported }: ProxySetup, { name }: Variant): string | null {
  return unsupported.find(([variant]) => variant.test(name))?.[1] ?? null;
}

for (const setup of SETUPS) {
  describe(`behind ${setup.name}`, function () {
    this.timeout(20_000);
    const outcomes = new Map<string, string>();
    OUTCOMES.set(setup.name, outcomes);
    let node: Node;
    let running: RunningProxy | null = null;
    let port: number;

    before('start', async () => {
      node = new Node(1);
      const target = await node.start();
      port = await freePort();
      running = await RunningProxy.start(setup.program, port, (folder) =>
        setup.configuration(port, target, folder),
      );
    });

    after('stop', async () => {
      await running?.stop();
      node.stop();
    });

    for (const variant of VARIANTS) {
      const { name, create } = variant;
      const reason = reasonAgainst(setup, variant);
      if (reason === null) {
        it(`passes messages of ${name} in both directions at once`, async () => {
          outcomes.set(name, 'FAILED');
          await exchange(await create(port).open());
          outcomes.set(name, 'yes');
        });
      } else {
        it(`does not pass ${name}: ${reason}`, async () => {
          outcomes.set(name, 'FAILED');
          expect(await rejectionOf(create(port).open())).to.be.an.instanceOf(Error);
          outcomes.set(name, 'no');
        });
      }
    }

    for (const transport of OF_2011) {
      it(`passes messages of the client of 2011 on ${transport}`, async () => {
        const name = `${transport}, client of 0.6.18`;
        outcomes.set(name, 'FAILED');
        const { socket, messages } = await connect2011(port, transport);
        for (const message of ['hello', 'grüße 日本', 'x'.repeat(10_000)]) {
          socket.send(message);
          expect(await messages.next('an echo')).to.equal(message);
        }
        outcomes.set(name, 'yes');
      });
    }

    it('reports clients that close their connection', async () => {
      const isNoticed = setup.noticesEnd === 'of WebSockets' ? /socket/ : /^(?!.*polling)/;
      const streaming = VARIANTS.filter(
        (variant) => isNoticed.test(variant.name) && reasonAgainst(setup, variant) === null,
      );
      const before = node.sessions;
      const drivers = await Promise.all(streaming.map(({ create }) => create(port).open()));
      expect(node.sessions).to.equal(before + drivers.length);
      for (const driver of drivers) driver.drop();
      if (setup.noticesEnd === 'on write') node.listener.broadcast('x'.repeat(1_000_000));
      await until(() => node.sessions <= before, 'the sessions to end');
    });

    it('passes refusals with their status', async () => {
      const unknown = '1'.repeat(38);
      for (const variant of VARIANTS.filter(({ name }) => name.startsWith('xhr-polling'))) {
        const error = await rejectionOf(
          variant
            .create(port)
            .resume(unknown)
            .then((driver) => driver.next()),
        );
        expect(error).to.be.an.instanceOf(Refused).with.property('status', 404);
      }
    });

    it('passes all other requests to the application', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/`);
      expect(await response.text()).to.equal('app');
    });
  });
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

after('print the table', () => {
  const proxies = [...OUTCOMES.keys()];
  const rows = [...(OUTCOMES.get(proxies[0] ?? '')?.keys() ?? [])];
  const table = [
    line(['', ...proxies]),
    line(['---', ...proxies.map(() => '---')]),
    ...rows.map((row) => line([row, ...proxies.map((name) => OUTCOMES.get(name)?.get(row) ?? '')])),
  ];
  process.stdout.write(`\n${table.join('\n')}\n`);
});
