import { expect } from 'chai';
import { toRedactedJson } from '../../../lib/cli/recording/redact.js';

const redact = (entry: object, ...ids: string[]): unknown => JSON.parse(toRedactedJson(entry, ids));

describe('toRedactedJson', () => {
  it('replaces the texts of members with the name of a secret, at any depth', () => {
    const entry = {
      data: {
        user: 'ada',
        password: 'p',
        list: [{ accessToken: 't', api_key: 'k', n: 1 }, 'token'],
        Cookie: 'c',
        client_secret: 's',
        sid: 'x',
        side: 'left',
      },
    };
    expect(redact(entry)).to.deep.equal({
      data: {
        user: 'ada',
        password: '[redacted]',
        list: [{ accessToken: '[redacted]', api_key: '[redacted]', n: 1 }, 'token'],
        Cookie: '[redacted]',
        client_secret: '[redacted]',
        sid: '[redacted]',
        side: 'left',
      },
    });
    expect(entry.data.password).to.equal('p');
  });

  it('replaces session ids wherever they occur, of at least 8 characters', () => {
    const entry = {
      data: { to: 'a"123456789', text: 'id a"123456789.', session_id: 'a"123456789' },
    };
    expect(redact(entry, 'a"123456789', 'id')).to.deep.equal({
      data: { to: '[session id]', text: 'id [session id].', session_id: '[session id]' },
    });
  });

  it('accepts values of any depth', () => {
    const deep = JSON.parse(
      `${'{"a":['.repeat(20_000)}{"token":"t"}${']}'.repeat(20_000)}`,
    ) as object;
    const text = toRedactedJson(deep, []);
    expect(text).to.include('{"token":"[redacted]"}').and.to.have.lengthOf.above(160_000);
  });
});
