import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect } from 'chai';
import { parseRoute } from '../../../lib/protocol/url.js';

const SCRIPT = readFileSync(join(__dirname, '..', '..', '..', 'client', 'socket.io.js'), 'utf8');
const RESOURCE = '/socket.io/';
const SESSION_ID = '5292873994912952';

interface Transport {
  sessionid: string;
  prepareUrl(): string;
  _url(rest: string): string;
  _streamUrl?(): string;
}

/** Creates a transport of the script in a page. */
function create(type: string): Transport {
  const window: Record<string, unknown> = {
    location: { protocol: 'http:', hostname: 'example.com', port: '' },
    navigator: {},
    setTimeout: () => 0,
    clearTimeout: () => {},
  };
  window['self'] = window;
  const context = createContext(window);
  runInContext(SCRIPT, context);
  const code = `new io.Transport['${type}'](new io.Socket(null, { transports: [] }))`;
  return runInContext(code, context) as Transport;
}

/** The transport and the session id of a URL, as 0.6.18 reads them. */
function routeOf0618(url: string): (string | undefined)[] {
  const { pathname } = new URL(url);
  return pathname.slice(RESOURCE.length).split('/').slice(0, 2);
}

function mergeSlashes(url: string): string {
  return url.replace(/(?<!:)\/{2,}/g, '/');
}

describe('client URLs', () => {
  for (const type of [
    'websocket',
    'flashsocket',
    'server-events',
    'htmlfile',
    'xhr-multipart',
    'xhr-polling',
    'jsonp-polling',
  ]) {
    for (const sessionId of ['', SESSION_ID]) {
      const what = sessionId === '' ? 'a new session' : 'a session';

      it(`of ${type} for ${what} are not changed by proxies that merge slashes`, () => {
        const transport = create(type);
        transport.sessionid = sessionId;
        const urls = [transport.prepareUrl(), transport._url('1300000000001')];
        if (transport._streamUrl) urls.push(transport._streamUrl());
        for (const url of urls) {
          expect(mergeSlashes(url)).to.equal(url);
          expect(routeOf0618(url)).to.deep.equal([type, sessionId]);
          const { pathname, search } = new URL(url);
          const route = parseRoute(pathname + search, RESOURCE.length);
          expect(route).to.include({ transport: type, sessionId });
        }
      });
    }
  }

  it('of jsonp-polling end with the index, where 0.6.18 reads it', () => {
    for (const sessionId of ['', SESSION_ID]) {
      const transport = create('jsonp-polling');
      transport.sessionid = sessionId;
      expect(/\/([0-9]+)\/?$/.exec(transport._url('1300000000001/7'))?.[1]).to.equal('7');
    }
  });
});
