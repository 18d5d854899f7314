import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import { originLogLine } from '../../lib/access/origins.js';
import { serve } from '../support/server.js';
import { HANDSHAKE, HIXIE_76 } from '../support/frames.js';
import { request, requestBytes } from '../support/raw.js';
import { statusOf } from '../support/requests.js';

const LINE = 'Refused the origin http://localhost:8080, which `origins` does not allow';
const REFUSED = { Origin: 'http://localhost:8080' };

/** The log lines about origins, of a server that accepts pages of example.com only. */
async function serveFew(): Promise<{ port: number; originLines: () => string[] }> {
  const lines: string[] = [];
  const { port } = await serve({ origins: 'example.com:*', log: (line) => lines.push(line) });
  return { port, originLines: () => lines.filter((line) => line.includes('`origins`')) };
}

function lineOf(headers: IncomingMessage['headers']): string {
  return originLogLine({ headers } as IncomingMessage);
}

describe('log with a restricted `origins`', () => {
  for (const [name, headers] of [
    ['a WebSocket', HANDSHAKE],
    ['a WebSocket of draft 76', HIXIE_76],
  ] as const) {
    it(`logs the refused origin of ${name} once`, async () => {
      const { port, originLines } = await serveFew();
      const bytes = requestBytes('/socket.io/websocket', { headers: { ...headers, ...REFUSED } });
      expect(await statusOf(port, bytes)).to.equal(403);
      expect(originLines()).to.deep.equal([LINE]);
    });
  }

  for (const path of ['htmlfile', 'server-events']) {
    it(`logs the origin of a page that is refused ${path} once`, async () => {
      const { port, originLines } = await serveFew();
      const answer = await request(port, `/socket.io/${path}`, { headers: REFUSED });
      expect(answer.status).to.equal(403);
      expect(originLines()).to.deep.equal([LINE]);
    });
  }

  for (const path of ['xhr-polling//1', 'jsonp-polling//1/0']) {
    it(`logs the origin of a page whose browser hides the response: ${path}`, async () => {
      const { port, originLines } = await serveFew();
      await request(port, `/socket.io/${path}`, { headers: REFUSED });
      expect(originLines()).to.deep.equal([LINE.replace('Refused', 'Hid the response from')]);
    });
  }

  it('logs the origin of a refused message', async () => {
    const { port, originLines } = await serveFew();
    const post = { method: 'POST', body: 'data=~m~1~m~x', headers: REFUSED };
    expect((await request(port, '/socket.io/xhr-polling//send', post)).status).to.equal(401);
    expect(originLines()).to.deep.equal([LINE]);
  });

  it('logs nothing for allowed pages, or without an origin', async () => {
    const { port, originLines } = await serveFew();
    const headers = { Origin: 'http://example.com:81' };
    await request(port, '/socket.io/xhr-polling//1', { headers });
    await request(port, '/socket.io/xhr-polling//1');
    await request(port, '/socket.io/xhr-polling//1', {
      headers: { Referer: 'http://example.com/' },
    });
    expect(originLines()).to.deep.equal([]);
  });

  it('logs that a WebSocket had no origin', async () => {
    const { port, originLines } = await serveFew();
    const bytes = requestBytes('/socket.io/websocket', { headers: HANDSHAKE });
    expect(await statusOf(port, bytes)).to.equal(403);
    expect(originLines()).to.deep.equal([
      'Refused a request without an origin, which `origins` does not allow',
    ]);
  });

  it('logs only the origin of a Referer', () => {
    expect(lineOf({ referer: 'http://evil.com/path?token=1' })).to.include(
      'origin http://evil.com,',
    );
    expect(lineOf({ referer: 'nonsense' })).to.include('origin null,');
  });

  it('logs one short line, whatever the request contains', () => {
    const forged = 'http://a\r\n21 Nov 04:57:18 - Client 123456… connected\u001b[2K\u009b\u2028';
    expect(lineOf({ origin: forged })).to.equal(
      'Refused the origin http://a??21 Nov 04:57:18 - Client 123456… connected?[2K??, ' +
        'which `origins` does not allow',
    );
    expect(lineOf({ origin: 'x'.repeat(10_000) })).to.have.lengthOf(152);
  });
});
