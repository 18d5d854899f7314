import { expect } from 'chai';
import type { TlsOptions } from '../../../client/node/index.js';
import { CERTIFICATE, serveSecurely, TRANSPORTS, RecordedSocket } from './support.js';

async function watch(transport: string, tls?: TlsOptions): Promise<RecordedSocket> {
  const url = `https://127.0.0.1:${await serveSecurely()}`;
  const options = { transports: [transport], reconnect: false, ...(tls && { tls }) };
  const recorded = new RecordedSocket(url, options);
  recorded.socket.send('in secret').connect();
  return recorded;
}

for (const transport of TRANSPORTS) {
  describe(`Socket over TLS, ${transport}`, () => {
    it('rejects an untrusted certificate', async () => {
      const recorded = await watch(transport);
      const [, error] = await recorded.next('error');
      expect(error).to.have.property('code', 'DEPTH_ZERO_SELF_SIGNED_CERT');
      await recorded.next('connect_failed');
    });

    it('rejects a certificate of another host', async () => {
      const recorded = await watch(transport, { ca: CERTIFICATE, servername: 'other.example' });
      const [, error] = await recorded.next('error');
      expect(error).to.have.property('code', 'ERR_TLS_CERT_ALTNAME_INVALID');
      await recorded.next('connect_failed');
    });

    it('trusts the certificates of options.tls.ca', async () => {
      expect(await (await watch(transport, { ca: CERTIFICATE })).message()).to.equal('in secret');
    });

    it('trusts every certificate if rejectUnauthorized is false', async () => {
      expect(await (await watch(transport, { rejectUnauthorized: false })).message()).to.equal(
        'in secret',
      );
    });
  });
}
