/** The request handler of the application: serves the test pages and their files. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, dirname, extname, join } from 'node:path';

const SOURCE = join(__dirname, '../../../test/flash');
const CLIENT_2011 = join(
  dirname(require.resolve('socket.io/package.json')),
  'support/socket.io-client',
);
const RUFFLE = dirname(require.resolve('@ruffle-rs/ruffle/package.json'));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.swf': 'application/x-shockwave-flash',
  '.wasm': 'application/wasm',
};

export const SWF_OURS = '/socket.io/lib/vendor/web-socket-js/WebSocketMain.swf';
export const SWF_2011 = '/2011/lib/vendor/web-socket-js/WebSocketMain.swf';

/** A page with Ruffle, which may connect to `port` through the proxy, also under other names. */
function page(proxyPort: number, port: number, rest: string): string {
  const proxyUrl = `ws://127.0.0.1:${proxyPort}/${port}`;
  const socketProxy = [
    { host: '127.0.0.1', port, proxyUrl },
    { host: '127.0.0.1', port: 80, proxyUrl },
    { host: 'localhost', port, proxyUrl },
  ];
  const config = {
    autoplay: 'on',
    unmuteOverlay: 'hidden',
    splashScreen: false,
    preferredRenderer: 'canvas',
    logLevel: 'error',
    socketProxy,
  };
  return (
    '<!doctype html><meta charset="utf-8"><title>flash</title><link rel="icon" href="data:,"><body>' +
    `<script>RufflePlayer = { config: ${JSON.stringify(config)} }</script>` +
    `<script src="/ruffle/ruffle.js"></script>${rest}`
  );
}

/** One page per combination of client and swf, and the bare swfs. */
export class Site {
  readonly #proxyPort: number;
  readonly #pages: Map<string, string> = new Map();

  constructor(proxyPort: number, wirePort: number) {
    this.#proxyPort = proxyPort;
    const bare = (swf: string): string =>
      page(
        proxyPort,
        wirePort,
        '<script src="/page/swf.js"></script><object id="webSocketFlash" width="1" height="1" ' +
          `type="application/x-shockwave-flash" data="${swf}">` +
          '<param name="allowScriptAccess" value="always"></object>',
      );
    this.#pages.set('/swf-ours.html', bare(SWF_OURS));
    this.#pages.set('/swf-2011.html', bare(SWF_2011));
  }

  /** Adds the pages whose sockets connect to `port`, the port that serves this site. */
  addPages(port: number): void {
    const proxyPort = this.#proxyPort;
    const harness = '<script src="/page/harness.js"></script>';
    const page2011 = (swf: string): string =>
      page(
        proxyPort,
        port,
        `<script src="/page/modern-browser.js"></script><script>WEB_SOCKET_SWF_LOCATION = '${swf}'</script>` +
          '<script src="/2011/socket.io.js"></script>' +
          `<script>restoreWebSocketForRuffle('ws://127.0.0.1:${proxyPort}/')</script>${harness}`,
      );
    const ours = `<script src="/socket.io/socket.io.js"></script>${harness}`;
    this.#pages.set('/ours.html', page(proxyPort, port, ours));
    this.#pages.set('/mixed.html', page2011(SWF_OURS));
    this.#pages.set('/2011.html', page2011(SWF_2011));
  }

  readonly serve = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url?.split('?')[0] ?? '/';
    const body = this.#pages.get(path) ?? this.#file(path);
    response.writeHead(body === null ? 404 : 200, {
      'Content-Type': TYPES[extname(path)] ?? 'text/plain',
    });
    response.end(body);
  };

  #file(path: string): Buffer | null {
    const name = basename(path);
    if (path.startsWith('/page/')) return readFileSync(join(SOURCE, 'page', name));
    if (path.startsWith('/ruffle/')) return readFileSync(join(RUFFLE, name));
    if (path === '/2011/socket.io.js' || path === SWF_2011) {
      return readFileSync(join(CLIENT_2011, path.slice('/2011/'.length)));
    }
    return null;
  }
}
