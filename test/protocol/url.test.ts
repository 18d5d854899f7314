import { expect } from 'chai';
import { parseRoute, requestPath } from '../../lib/protocol/url.js';

describe('parseRoute', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['', '', '', ''],
    ['xhr-polling', 'xhr-polling', '', ''],
    ['xhr-polling/', 'xhr-polling', '', ''],
    ['xhr-polling//1300000000000', 'xhr-polling', '', '1300000000000'],
    ['xhr-polling/42', 'xhr-polling', '42', ''],
    ['xhr-polling/42/', 'xhr-polling', '42', ''],
    ['xhr-polling/42/send', 'xhr-polling', '42', 'send'],
    ['xhr-polling/42/send?x=/y', 'xhr-polling', '42', 'send'],
    ['jsonp-polling/42/1300000000000/7', 'jsonp-polling', '42', '1300000000000/7'],
    ['?a/b', '', '', ''],
    ['websocket?a/b', 'websocket', '', ''],
    ['//', '', '', ''],
    ['__proto__/toString', '__proto__', 'toString', ''],
  ];
  for (const [path, transport, sessionId, rest] of cases) {
    it(`parses ${JSON.stringify(path)}`, () => {
      expect(parseRoute(`/socket.io/${path}`, '/socket.io/'.length)).to.deep.equal({
        path: path.split('?')[0],
        transport,
        sessionId,
        rest,
      });
    });
  }
});

describe('requestPath', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['/socket.io/websocket?x', '/socket.io/websocket?x'],
    ['http://example.com/socket.io/websocket?x#y', '/socket.io/websocket?x'],
    ['http://example.com', '/'],
    ['*', '*'],
    ['', ''],
    ['example.com:443', '443'],
  ];
  for (const [url, path] of cases) {
    it(`returns '${path}' for '${url}'`, () => {
      expect(requestPath(url)).to.equal(path);
    });
  }
});
