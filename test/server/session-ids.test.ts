import { expect } from 'chai';
import type { Authorize } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { HANDSHAKE, HIXIE_75, HIXIE_76, KEY3 } from '../support/frames.js';
import { RawSocket, requestBytes } from '../support/raw.js';
import { openPolling, statusOf } from '../support/requests.js';
import { serve } from '../support/server.js';
import { flushEventLoop } from '../support/wait.js';

interface Warning extends Error {
  readonly code?: string;
}

function recordWarnings(): Warning[] {
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning): number => warnings.push(warning);
  process.on('warning', onWarning);
  afterThisTest(() => process.off('warning', onWarning));
  return warnings;
}

/** A value that throws whatever is done with it. */
const HOSTILE: unknown = new Proxy(
  {},
  {
    get() {
      throw new Error('hostile');
    },
  },
);

/** Looks like a Promise. */
// oxlint-disable-next-line unicorn/no-thenable -- on purpose
const NOT_THENABLE = { then: 1 };

const REQUESTS: Readonly<Record<string, Buffer>> = {
  'xhr-polling': requestBytes('/socket.io/xhr-polling//1'),
  'jsonp-polling': requestBytes('/socket.io/jsonp-polling//1/0'),
  htmlfile: requestBytes('/socket.io/htmlfile'),
  'xhr-multipart': requestBytes('/socket.io/xhr-multipart'),
  'server-events': requestBytes('/socket.io/server-events'),
  websocket: requestBytes('/socket.io/websocket', { headers: HANDSHAKE }),
  'draft 75': requestBytes('/socket.io/websocket', { headers: HIXIE_75 }),
  'draft 76': Buffer.concat([
    requestBytes('/socket.io/websocket', { headers: HIXIE_76 }),
    Buffer.from(KEY3),
  ]),
};

describe('a session id that cannot be made', () => {
  for (const [transport, bytes] of Object.entries(REQUESTS)) {
    it(`is answered 500, with one warning of the process: ${transport}`, async () => {
      const warnings = recordWarnings();
      const { port, io } = await serve({
        generateId: () => {
          throw new Error('no id');
        },
      });
      const refused: string[] = [];
      io.on('refused', ({ code }) => refused.push(code));
      expect(await statusOf(port, bytes)).to.equal(500);
      await flushEventLoop();
      expect(refused).to.deep.equal(['ERR_SIO_NO_SESSION_ID']);
      expect(io.clients).to.deep.equal({});
      expect(warnings.map(({ message, code }) => [message, code])).to.deep.equal([
        ['`generateId` failed: Error: no id', 'ERR_SIO_GENERATE_ID_FAILED'],
      ]);
    });
  }

  for (const id of [
    '',
    'a/b',
    'a?b',
    'a~b',
    'a%b',
    'a#b',
    7,
    undefined,
    null,
    Symbol('x'),
    HOSTILE,
  ]) {
    it(`is one that is not URL-safe text: ${typeof id} ${typeof id === 'string' ? id : ''}`, async () => {
      const warnings = recordWarnings();
      const { port } = await serve({ generateId: () => id as string });
      expect(await statusOf(port, REQUESTS['websocket'] as Buffer)).to.equal(500);
      await flushEventLoop();
      expect(warnings).to.have.length(1);
    });
  }

  it('is one that is in use', async () => {
    const warnings = recordWarnings();
    const { port, io } = await serve({ generateId: () => 'same' });
    expect(await openPolling(port)).to.equal('same');
    for (const bytes of Object.values(REQUESTS)) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect(await statusOf(port, bytes)).to.equal(500);
    }
    expect(Object.keys(io.clients)).to.deep.equal(['same']);
    await flushEventLoop();
    expect(warnings.map(({ code }) => code)).to.include('ERR_SIO_GENERATE_ID_FAILED');
  });

  it('drops a connection whose id is taken before its third key arrives', async () => {
    const { port, io } = await serve({ generateId: () => 'same' });
    const raw = await RawSocket.connect(port);
    raw.write(requestBytes('/socket.io/websocket', { headers: HIXIE_76 }));
    await raw.readHead();
    expect(await openPolling(port)).to.equal('same');
    raw.write(Buffer.from(KEY3));
    await raw.bytes.readRest();
    expect(Object.keys(io.clients)).to.deep.equal(['same']);
  });
});

describe('an odd value of `authorize`', () => {
  const throwing: unknown = {
    get status() {
      throw new Error('getter');
    },
  };
  const odd: Record<string, Authorize> = {
    'thrown value': () => {
      throw HOSTILE as Error;
    },
    'thrown symbol': () => {
      // oxlint-disable-next-line typescript/only-throw-error -- applications may
      throw Symbol('x');
    },
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- applications may
    rejection: () => Promise.reject(HOSTILE),
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- applications may
    'rejection without a reason': () => Promise.reject(),
    verdict: () => throwing as boolean,
    'verdict of a Promise': () => Promise.resolve(throwing as boolean),
    'verdict of a callback': (_request, callback) => callback(null, throwing as boolean),
    'error of a callback': (_request, callback) => callback(HOSTILE),
    thenable: () => NOT_THENABLE as unknown as Promise<boolean>,
  };
  for (const [what, authorize] of Object.entries(odd)) {
    it(`refuses with 500: ${what}`, async () => {
      const rejections: unknown[] = [];
      const onRejection = (reason: unknown): number => rejections.push(typeof reason);
      process.on('unhandledRejection', onRejection);
      afterThisTest(() => process.off('unhandledRejection', onRejection));
      const { port } = await serve({ authorize });
      expect(await statusOf(port, REQUESTS['websocket'] as Buffer)).to.equal(500);
      await flushEventLoop();
      expect(rejections).to.deep.equal([]);
    });
  }
});
