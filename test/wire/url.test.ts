import { expect } from 'chai';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const PACKAGE = join(__dirname, '..', '..', '..');
const WIRE = join(PACKAGE, 'test', 'wire');
const VECTORS = readdirSync(WIRE).filter((file) => file.endsWith('.json'));

async function serve(listener?: RequestListener): Promise<[Server, number]> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return [server, (server.address() as AddressInfo).port];
}

/** The numbers of the last line that `replay.js --url` prints: passed, failed. */
function play(port: number, ...args: readonly string[]): Promise<[number, number]> {
  const url = `http://127.0.0.1:${port}`;
  const vectors = VECTORS.map((file) => join(WIRE, file));
  const all = [join(WIRE, 'replay.js'), '--url', url, ...args, '--vectors', ...vectors];
  return new Promise((resolve) => {
    execFile(process.execPath, all, (_error, stdout) => {
      const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(stdout) ?? [];
      resolve([Number(passed), Number(failed)]);
    });
  });
}

describe('replay.js --url', function () {
  this.timeout(60_000);

  it('replays against a server in another process', async () => {
    const [server, port] = await serve();
    server.close();
    const env = { ...process.env, IO_MODULE: PACKAGE, PORT: String(port), APP: '{}' };
    const app = spawn(process.execPath, [join(WIRE, 'app.js')], { env });
    await once(app.stdout, 'data');
    const [passed, failed] = await play(port, '--commands');
    app.kill();
    expect(failed).to.equal(0);
    expect(passed).to.be.at.least(90);
  });

  for (const url of ['http://127.0.0.1:8080/socket.io', 'https://127.0.0.1', '127.0.0.1:8080']) {
    it(`rejects ${url}, a part of which it would ignore`, async () => {
      const args = [join(WIRE, 'replay.js'), '--url', url, '--vectors', 'none.json'];
      const [status, errors] = await new Promise<unknown[]>((resolve) => {
        const child = execFile(process.execPath, args, (_error, _stdout, stderr) => {
          resolve([child.exitCode, stderr]);
        });
      });
      expect(status).to.equal(2);
      expect(errors).to.include(
        `Expected --url to be http://HOST:PORT and no path, got '${url}'\n`,
      );
    });
  }

  it('fails against a server that speaks another protocol', async () => {
    const [server, port] = await serve((_request, response) => response.end('ok'));
    const [, failed] = await play(port, '--only', 'xhr-polling/h');
    server.close();
    expect(failed).to.be.at.least(1);
  });
});
