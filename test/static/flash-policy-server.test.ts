import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, Server } from 'node:net';
import { joinPolicyServer } from '../../lib/static/flash-policy-server.js';
import { policyXml } from '../../lib/static/flash-policy.js';
import { listening, openSocket, portOf, readToEnd } from '../support/tcp.js';

// eslint-disable-next-line typescript/unbound-method -- called with its server below
const { listen } = Server.prototype;

/** `server.listen`, as it is without the redirection. */
function listenOn(server: Server, port: number): Server {
  Reflect.apply(listen, server, [port, '127.0.0.1']);
  return server;
}

describe('joinPolicyServer()', () => {
  /** The servers that listen on 843, newest last. */
  let servers: Server[];
  let redirect: (server: Server) => Server;
  let leaves: (() => void)[];
  let lines: string[];

  const log = (line: string): void => {
    lines.push(line);
  };
  function joinWith(...entries: string[]): () => void {
    const leave = joinPolicyServer(() => entries, log);
    leaves.push(leave);
    return leave;
  }
  function newest(): Server {
    const server = servers.at(-1);
    if (server === undefined) throw new Error('no policy server');
    return server;
  }
  async function ask(text = ''): Promise<string> {
    if (!newest().listening) await once(newest(), 'listening');
    const socket = await openSocket(portOf(newest()));
    socket.write(text);
    return readToEnd(socket);
  }

  beforeEach(() => {
    servers = [];
    leaves = [];
    lines = [];
    redirect = (server) => listenOn(server, 0);
    Server.prototype.listen = function listenElsewhere(this: Server, ...args: unknown[]): Server {
      if (args[0] === 843) {
        servers.push(this);
        return redirect(this);
      }
      Reflect.apply(listen, this, args);
      return this;
    };
  });
  afterEach(() => {
    for (const leave of leaves) leave();
    Server.prototype.listen = listen;
  });

  it('sends the file on connection, before a request', async () => {
    joinWith('*:*');
    expect(await ask()).to.equal(policyXml(['*:*']));
  });

  it('sends the file on request', async () => {
    joinWith('*:*');
    expect(await ask('<policy-file-request/>\0')).to.equal(policyXml(['*:*']));
  });

  it('serves the entries of all members, in the order they joined', async () => {
    joinWith('a.example:80', 'b.example:*');
    const leave = joinWith('c.example:1');
    joinWith('d.example:2');
    expect(servers).to.have.lengthOf(1);
    expect(await ask()).to.equal(
      policyXml(['a.example:80', 'b.example:*', 'c.example:1', 'd.example:2']),
    );
    leave();
    leave();
    expect(await ask()).to.equal(policyXml(['a.example:80', 'b.example:*', 'd.example:2']));
  });

  it('closes with the last member, and opens again for the next one', async () => {
    const first = joinWith('a.example:80');
    const second = joinWith('b.example:80');
    await ask();
    first();
    expect(newest().listening).to.equal(true);
    second();
    expect(newest().listening).to.equal(false);
    joinWith('c.example:80');
    expect(servers).to.have.lengthOf(2);
    expect(await ask()).to.equal(policyXml(['c.example:80']));
  });

  it('closes before it has opened', async () => {
    joinWith('*:*')();
    await once(newest(), 'close');
    expect(lines).to.deep.equal([]);
  });

  it('destroys open connections when the last member leaves', async () => {
    const leave = joinWith('*:*');
    await once(newest(), 'listening');
    const socket = await openSocket(portOf(newest()));
    socket.allowHalfOpen = true;
    await readToEnd(socket);
    leave();
    await once(newest(), 'close');
    socket.destroy();
  });

  it('logs one line if the port is taken, for all members together', async () => {
    const other = createServer();
    const port = await listening(other);
    redirect = (server) => listenOn(server, port);
    joinWith('*:*');
    await once(newest(), 'error');
    joinWith('*:*');
    other.close();
    expect(servers).to.have.lengthOf(1);
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.match(/port 843 \(.*EADDRINUSE.*\); .* inline on the port of the app/);
  });

  it('logs one line if listening throws', () => {
    redirect = () => {
      throw new Error('listen EACCES: permission denied 0.0.0.0:843');
    };
    joinWith('*:*');
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.include('EACCES');
  });

  it('tries again for the next member after all have left', async () => {
    redirect = () => {
      throw new Error('listen EACCES');
    };
    joinWith('*:*')();
    redirect = (server) => listenOn(server, 0);
    joinWith('*:*');
    expect(await ask()).to.equal(policyXml(['*:*']));
  });

  it('survives a reset', async () => {
    joinWith('*:*');
    await ask();
    const socket = await openSocket(portOf(newest()));
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect(await ask()).to.equal(policyXml(['*:*']));
  });

  it('limits how many connections may be open', () => {
    joinWith('*:*');
    expect(newest().maxConnections).to.equal(1000);
  });
});
