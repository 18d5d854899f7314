import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');

/** The options of a test page, encoded in its query string. */
export interface PageOptions {
  /** `2011` loads client 0.6.3 instead of ours, `delivery` ours with delivery. */
  readonly client?: 'ours' | 'delivery' | '2011';
  readonly charset?: string;
  /** Sends a Content-Security-Policy that allows scripts and connections of the origin only. */
  readonly strict?: boolean;
  /** Sends a Content-Security-Policy that requires Trusted Types. */
  readonly trustedTypes?: boolean;
  /** Isolates the page: it may only load resources of other sites that allow that. */
  readonly isolated?: boolean;
  /** Serves an empty document instead of the test page, to navigate to. */
  readonly blank?: boolean;
}

const STRICT_POLICY = "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'";

const TRUSTED_TYPES_POLICY = "require-trusted-types-for 'script'";

const SCRIPTS: Readonly<Record<string, string>> = {
  '/harness.js': join(ROOT, 'test', 'browser', 'page', 'harness.js'),
  '/2011.js': join(ROOT, 'node_modules/socket.io/support/socket.io-client/socket.io.js'),
};

const CLIENT_URL = {
  ours: '/socket.io/socket.io.js',
  delivery: '/socket.io/socket.io.delivery.js',
  '2011': '/2011.js',
} as const;

export function pagePath(options: PageOptions = {}): string {
  const query = new URLSearchParams({ client: options.client ?? 'ours' });
  if (options.charset !== undefined) query.set('charset', options.charset);
  for (const name of ['strict', 'trustedTypes', 'isolated'] as const) {
    if (options[name] === true) query.set(name, '1');
  }
  return options.blank === true ? '/blank' : `/?${query.toString()}`;
}

function html(charset: string, client: keyof typeof CLIENT_URL): string {
  return `<!doctype html>
<html><head><meta charset="${charset}"><title>harness</title>
<script src="/harness.js"></script>
<script src="${CLIENT_URL[client]}"></script>
</head><body></body></html>`;
}

/** The request handler of the application: serves the test page and its scripts. */
export function servePage(req: IncomingMessage, res: ServerResponse): void {
  const url = new URL(req.url ?? '/', 'http://localhost');
  const script = SCRIPTS[url.pathname];
  if (script !== undefined) {
    res.setHeader('Content-Type', 'text/javascript; charset=utf-8');
    res.end(readFileSync(script));
  } else if (url.pathname === '/worker.js') {
    const scripts = (url.searchParams.get('scripts') ?? '').split(',');
    res.setHeader('Content-Type', 'text/javascript; charset=utf-8');
    res.end(`importScripts(${scripts.map((path) => JSON.stringify(path)).join(', ')});`);
  } else if (url.pathname === '/official') {
    // the script that the options of the server select
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.end(
      '<!doctype html><title>official</title><body><script src="/socket.io/socket.io.js"></script>',
    );
  } else if (url.pathname === '/blank') {
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.end('<!doctype html><title>blank</title><script src="/harness.js"></script>');
  } else if (url.pathname === '/') {
    const charset = url.searchParams.get('charset') ?? 'utf-8';
    const asked = url.searchParams.get('client');
    const client = asked === '2011' || asked === 'delivery' ? asked : 'ours';
    res.setHeader('Content-Type', `text/html; charset=${charset}`);
    if (url.searchParams.has('strict')) res.setHeader('Content-Security-Policy', STRICT_POLICY);
    if (url.searchParams.has('trustedTypes')) {
      res.setHeader('Content-Security-Policy', TRUSTED_TYPES_POLICY);
    }
    if (url.searchParams.has('isolated')) {
      res.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      res.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    res.end(html(charset, client));
  } else if (url.pathname === '/favicon.ico') {
    res.statusCode = 204;
    res.end();
  } else {
    res.statusCode = 404;
    res.end();
  }
}
