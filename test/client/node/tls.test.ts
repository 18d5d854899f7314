import { expect } from 'chai';
import type { TlsOptions } from '../../../client/node/index.js';
import { CERTIFICATE, serveSecurely, TRANSPORTS, Watched } from './support.js';

async function watch(transport: string, tls?: TlsOptions): Promise<Watched> {
  const url = `https://127.0.0.1:${await serveSecurely()}`;
  const watched = new Watched(url, { transports: [transport], ...(tls && { tls }) });
  watched.socket.send('in secret').connect();
  return watched;
}

for (const transport of TRANSPORTS) {
  describe(`Socket over TLS, ${transport}`, () => {
    it('rejects an untrusted certificate', async () => {
      const watched = await watch(transport);
      const [, error] = await watched.next('error');
      expect(error).to.have.property('code', 'DEPTH_ZERO_SELF_SIGNED_CERT');
      await watched.next('connect_failed');
    });

    it('rejects a certificate of another host', async () => {
      const watched = await watch(transport, { ca: CERTIFICATE, servername: 'other.example' });
      const [, error] = await watched.next('error');
      expect(error).to.have.property('code', 'ERR_TLS_CERT_ALTNAME_INVALID');
      await watched.next('connect_failed');
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
