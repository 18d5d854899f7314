import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import { describeRequest } from '../../lib/server/describe-request.js';

const START = '/socket.io/'.length;

function describePath(path: string): string {
  const request = { method: 'GET', url: `/socket.io/${path}` };
  return describeRequest(request as IncomingMessage, START, '127.0.0.1');
}

describe('describeRequest', () => {
  it('shows the transport and the begin of the session id', () => {
    expect(describePath('xhr-polling/1234567890/send?x')).to.equal(
      'GET xhr-polling session 123456… send from 127.0.0.1',
    );
    expect(describePath('websocket')).to.equal('GET websocket new session from 127.0.0.1');
  });

  it('does not show the place of a client with delivery, which contains the key', () => {
    const place = 'c=2&a=0&k=12345&t=1';
    for (const path of [
      `xhr-polling/1234567890/${place}`,
      `xhr-polling/1234567890/send/${place}`,
      `jsonp-polling/1234567890/${place}/3`,
      `websocket/${place}`,
    ]) {
      expect(describePath(path)).to.not.include('12345&');
    }
    expect(describePath(`jsonp-polling/1234567890/${place}/3`)).to.equal(
      'GET jsonp-polling session 123456… …/3 from 127.0.0.1',
    );
  });

  it('shows no more than that of a session of later generations', () => {
    expect(describePath('1/websocket/1234567890/?t=1')).to.equal(
      'GET 1/websocket session 123456… from 127.0.0.1',
    );
    expect(describePath('1//1234567890/x?disconnect')).to.equal(
      'GET 1/ session 123456… from 127.0.0.1',
    );
    expect(describePath('1/?t=1')).to.equal('GET 1/ new session from 127.0.0.1');
  });
});
