/**
 * POSTs that arrive twice.
 *
 * @module
 */
import { expect } from 'chai';
import { createServer, request as httpRequest } from 'node:http';
import { Socket } from '../../../../client/node/index.js';
import { postNumber } from '../../../../lib/transports/http/io/post-number.js';
import { afterThisTest } from '../../../support/cleanup.js';
import { HttpDriver, VARIANTS } from '../../../support/drivers/index.js';
import { framed } from '../../../support/payload.js';
import { form, RawSocket, request, requestBytes } from '../../../support/raw.js';
import { listenOnLoopback, serve, type Served } from '../../../support/server.js';
import { flushEventLoop, until } from '../../../support/wait.js';

const HTTP = VARIANTS.filter(({ create }) => create(0) instanceof HttpDriver);

/** Forwards each request to `port`, and each POST twice: the client gets the second response. */
async function repeatingProxy(port: number): Promise<number> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    const forward = (isLast: boolean): void => {
      const onward = httpRequest({ port, method, path, headers, agent: false }, (response) => {
        if (isLast) {
          outgoing.writeHead(response.statusCode ?? 502, response.headers);
          response.pipe(outgoing);
        } else {
          response.resume().on('end', () => forward(true));
        }
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      onward.end(Buffer.concat(chunks));
    };
    incoming.on('end', () => forward(method !== 'POST'));
  });
  return listenOnLoopback(proxy);
}

/** A session, what it has received, and a function that posts to it. */
async function talk({ create }: (typeof HTTP)[number]): Promise<{
  readonly served: Served;
  readonly driver: HttpDriver;
  readonly messages: unknown[];
  readonly post: (rest: string, text: string) => Promise<string>;
}> {
  const served = await serve();
  const messages: unknown[] = [];
  served.io.on('clientMessage', (message) => messages.push(message));
  const driver = (await create(served.port).open()) as HttpDriver;
  const post = async (rest: string, text: string): Promise<string> => {
    const path = `/socket.io/${driver.transport}/${driver.sessionId}/${rest}/0`;
    const body = form(framed(text));
    const response = await request(served.port, path, { method: 'POST', body });
    return `${response.status} ${response.body}`;
  };
  return { served, driver, messages, post };
}

describe('postNumber', () => {
  const cases: readonly (readonly [string, number | null])[] = [
    ['send/n1', 1],
    ['send/n1300000000001', 1_300_000_000_001],
    ['send/n0/7', 0],
    ['send/n12/', 12],
    ['send', null],
    ['send/', null],
    ['send/1300000000001', null],
    ['send/n', null],
    ['send//n1', null],
    ['send/n1x', null],
    ['send/n-1', null],
    ['send/n1e3', null],
    ['send/n9999999999999999', null],
    ['resend/n1', null],
    ['1300000000001/0', null],
  ];
  for (const [rest, expected] of cases) {
    it(`reads ${expected} from ${rest}`, () => expect(postNumber(rest)).to.equal(expected));
  }
});

for (const variant of HTTP) {
  describe(`${variant.name}, POSTs that arrive twice`, () => {
    it('are answered, and delivered once, if they have a number', async () => {
      const { messages, post } = await talk(variant);
      for (const rest of ['send/n5', 'send/n5', 'send/n6', 'send/n5', 'send/n6', 'send/n7']) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
        expect(await post(rest, rest)).to.equal('200 ok');
      }
      expect(messages).to.deep.equal(['send/n5', 'send/n6', 'send/n7']);
    });

    it('are all delivered if they have none, as those of clients of 2011', async () => {
      const { messages, post } = await talk(variant);
      for (const rest of ['send/1', 'send/1', '1300000000001', '1300000000001']) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
        await post(rest, 'equal');
      }
      expect(messages).to.deep.equal(['equal', 'equal', 'equal', 'equal']);
    });

    it('are delivered the second time if the first was cut off or refused', async () => {
      const { served, driver, messages, post } = await talk(variant);
      const path = `/socket.io/${driver.transport}/${driver.sessionId}/send/n9/0`;
      const bytes = requestBytes(path, { method: 'POST', body: form(framed('cut off')) });
      const raw = await RawSocket.connect(served.port);
      raw.write(bytes.subarray(0, -3));
      await flushEventLoop();
      raw.reset();
      expect(await post('send/n9', 'cut off')).to.equal('200 ok');
      const many = framed(...Array<string>(10_001).fill('x'));
      const body = form(many);
      expect(
        (await request(served.port, path.replace('n9', 'n10'), { method: 'POST', body })).status,
      ).to.equal(413);
      await post('send/n10', 'smaller');
      expect(messages).to.deep.equal(['cut off', 'smaller']);
    });

    it('are counted for each session', async () => {
      const { served, messages, post } = await talk(variant);
      const other = (await variant.create(served.port).open()) as HttpDriver;
      await post('send/n5', 'one');
      const path = `/socket.io/${other.transport}/${other.sessionId}/send/n5/0`;
      await request(served.port, path, { method: 'POST', body: form(framed('two')) });
      expect(messages).to.deep.equal(['one', 'two']);
    });
  });
}

describe('our Node client behind a proxy that repeats each POST', () => {
  for (const transport of ['xhr-polling', 'server-events']) {
    it(`has each message delivered once over ${transport}`, async () => {
      const { io, port } = await serve({ transports: [transport] });
      const messages: unknown[] = [];
      io.on('clientMessage', (message) => messages.push(message));
      const proxy = await repeatingProxy(port);
      const socket = new Socket(`http://127.0.0.1:${proxy}`, { transports: [transport] });
      afterThisTest(() => socket.disconnect());
      const sent = ['one', 'one', 'two', { n: 3 }];
      socket.connect();
      for (const [i, message] of sent.entries()) {
        socket.send(message);
        // oxlint-disable-next-line eslint/no-await-in-loop -- each in a POST of its own
        await until(() => messages.length === i + 1, 'the message');
      }
      socket.send('last');
      await until(() => messages.includes('last'), 'the last message');
      expect(messages).to.deep.equal([...sent, 'last']);
    });
  }
});
