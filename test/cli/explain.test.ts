import { expect } from 'chai';
import { ClientError } from '../../client/node/index.js';
import { explain } from '../../lib/cli/explain.js';

function refusal(statusCode: number, serverMessage?: string): ClientError {
  return new ClientError('ERR_SIO_REFUSED', 'refused', { statusCode, serverMessage });
}

describe('explain()', () => {
  it('explains a refusal and repeats the message of the server', () => {
    expect(explain(refusal(403, 'This origin is not allowed'))).to.deep.equal({
      message: 'The server rejects this client; try --origin (403: This origin is not allowed)',
      code: 'ERR_SIO_REFUSED',
    });
    expect(explain(refusal(418)).message).to.equal('The server refused the request (418)');
  });

  it('explains a 404 by the path only if the address has not worked before', () => {
    expect(explain(refusal(404)).message).to.equal(
      'No Socket.IO 0.6 server at this path; check the path (404)',
    );
    expect(explain(refusal(404, 'Unknown session id'), true).message).to.equal(
      'The server does not have this session; it may have restarted (404: Unknown session id)',
    );
  });

  it('explains codes of Node and returns other messages', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' });
    expect(explain(error).message).to.equal(
      'No server listens at this address (connect ECONNREFUSED ::1:1)',
    );
    expect(explain(new Error('other')).message).to.equal('other');
    expect(explain('text')).to.deep.equal({ message: 'text', code: undefined });
  });
});
