import { expect } from 'chai';
import { openPolling } from '../support/requests.js';
import { request } from '../support/raw.js';
import { serve, type Served } from '../support/server.js';

const TIME = '1322500000000';

const statusOf = async ({ port }: Served, path: string): Promise<number> =>
  (await request(port, `/socket.io/${path}`)).status;

describe('a path whose slashes a proxy has merged', () => {
  for (const path of [
    `xhr-polling/${TIME}`,
    `jsonp-polling/${TIME}/0`,
    `jsonp-polling/${TIME}/0/`,
  ]) {
    it(`begins a session: ${path}`, async () => {
      const served = await serve();
      expect(await statusOf(served, path)).to.equal(200);
      expect(Object.keys(served.io.clients)).to.have.length(1);
    });
  }

  it('begins no session if it is the path of a session, or has no time', async () => {
    const served = await serve();
    const id = await openPolling(served.port);
    served.io.clients[id]?.disconnect();
    for (const path of [
      `xhr-polling/${id}`,
      `xhr-polling/${TIME}/${TIME}`,
      `jsonp-polling/${TIME}/${TIME}/0`,
      `xhr-polling/${TIME}/send`,
      'xhr-polling/132250000000',
      'xhr-polling/13225000000000',
    ]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect(await statusOf(served, path), path).to.equal(404);
    }
    expect(served.io.clients).to.deep.equal({});
  });

  it('is the path of a session if `generateId` makes such ids', async () => {
    const served = await serve({ generateId: () => TIME });
    const id = await openPolling(served.port);
    expect(id).to.equal(TIME);
    served.io.clients[id]?.send('hello');
    expect((await request(served.port, `/socket.io/xhr-polling/${TIME}`)).body).to.include('hello');
    served.io.clients[id]?.disconnect();
    expect(await statusOf(served, `xhr-polling/${TIME}`)).to.equal(404);
  });
});
