/**
 * Proxies in front of one server, each with as few settings as every transport needs.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from './proxy.js';

/** A proxy, and what cannot work through it. */
export interface ProxySetup {
  readonly name: string;
  readonly program: Program;
  /** The configuration for a proxy on `port` in front of a server on `target`. */
  readonly configuration: (port: number, target: number, folder: string) => string;
  /** Transports, as in `VARIANTS`, that cannot work through it, each with the reason. */
  readonly unsupported: readonly (readonly [variant: RegExp, reason: string])[];
  /**
   * How the server detects clients that close their connection, if not at once for all transports:
   * those of WebSockets, or all with the next write to them. Else their heartbeat timeout ends them.
   */
  readonly noticesEnd?: 'of WebSockets' | 'on write';
}

const DRAFTS = /hixie/;
const MULTIPART = /xhr-multipart/;
const DRAFTS_REORDERED = 'it writes a response head of its own, and these clients compare bytes';
const CHUNKED = 'it sends the stream in chunks, which browsers of 2011 do not read as parts';

export const NGINX: Program = {
  path: '/usr/sbin/nginx',
  debian: 'nginx-light',
  args: (file, folder) => ['-p', folder, '-c', file, '-e', 'stderr'],
};

export const HAPROXY: Program = {
  path: '/usr/sbin/haproxy',
  debian: 'haproxy',
  args: (file) => ['-db', '-f', file],
};

/** The settings around the servers of nginx. */
export function nginx(servers: string, folder: string): string {
  return `
daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  ${servers}
}`;
}

/** nginx with `proxy_pass http://upstream` and something after it, which may be empty. */
function nginxWith(uri: string): ProxySetup['configuration'] {
  return (port, target, folder) =>
    nginx(
      `
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream node { server 127.0.0.1:${target}; }
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_buffering off;
    location / { proxy_pass http://node${uri}; }
    location /socket.io/xhr-multipart/ {
      proxy_pass http://node${uri === '' ? '' : '/socket.io/xhr-multipart/'};
      chunked_transfer_encoding off;
    }
  }`,
      folder,
    );
}

const APACHE_MODULES = ['mpm_event', 'authz_core', 'proxy', 'proxy_http'];

export const SETUPS: readonly ProxySetup[] = [
  {
    name: 'nginx, proxy_pass http://upstream;',
    program: NGINX,
    configuration: nginxWith(''),
    unsupported: [[DRAFTS, DRAFTS_REORDERED]],
  },
  {
    name: 'nginx, proxy_pass http://upstream/; (merges slashes)',
    program: NGINX,
    configuration: nginxWith('/'),
    unsupported: [[DRAFTS, DRAFTS_REORDERED]],
  },
  {
    name: 'HAProxy in HTTP mode',
    program: HAPROXY,
    configuration: (port, target) => `
global
  maxconn 256
defaults
  mode http
  option abortonclose
  option http-no-delay
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
listen web
  bind 127.0.0.1:${port}
  server node 127.0.0.1:${target}
`,
    unsupported: [[DRAFTS, 'it answers these handshakes with 400']],
  },
  {
    name: 'Apache httpd (merges slashes)',
    program: {
      path: '/usr/sbin/apache2',
      debian: 'apache2',
      args: (file, folder) => ['-d', folder, '-f', file, '-D', 'FOREGROUND'],
    },
    configuration: (port, target, folder) => `
ServerRoot ${folder}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
DefaultRuntimeDir ${folder}
User www-data
Group www-data
${APACHE_MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
ProxyPreserveHost On
ProxyPass / http://127.0.0.1:${target}/ upgrade=websocket flushpackets=on
`,
    unsupported: [
      [DRAFTS, DRAFTS_REORDERED],
      [MULTIPART, CHUNKED],
    ],
    noticesEnd: 'on write',
  },
  {
    name: 'lighttpd (merges slashes)',
    program: {
      path: '/usr/sbin/lighttpd',
      debian: 'lighttpd',
      args: (file) => ['-D', '-f', file],
    },
    configuration: (port, target, folder) => `
server.modules = ( "mod_proxy" )
server.document-root = "${folder}"
server.bind = "127.0.0.1"
server.port = ${port}
server.stream-response-body = 2
proxy.server = ( "" => (( "host" => "127.0.0.1", "port" => ${target} )) )
proxy.header = ( "upgrade" => "enable" )
`,
    unsupported: [
      [DRAFTS, DRAFTS_REORDERED],
      [MULTIPART, CHUNKED],
    ],
  },
  {
    name: 'Varnish',
    program: {
      path: '/usr/sbin/varnishd',
      debian: 'varnish',
      args: (file, folder) => {
        // varnishd has no setting for its port; it is in the first line of the configuration
        const [port] = /\d+/.exec(readFileSync(file, 'utf8')) ?? [];
        const work = join(folder, 'work');
        return ['-F', '-j', 'none', '-n', work, '-f', file, '-a', `127.0.0.1:${port}`];
      },
    },
    configuration: (port, target) => `# port ${port}
vcl 4.1;
backend node {
  .host = "127.0.0.1";
  .port = "${target}";
  .first_byte_timeout = 60s;
  .between_bytes_timeout = 60s;
}
sub vcl_recv {
  if (req.http.Upgrade) { return (pipe); }
  if (req.url ~ "^/socket\\.io/") { return (pass); }
}
sub vcl_pipe {
  set bereq.http.Upgrade = req.http.Upgrade;
  set bereq.http.Connection = req.http.Connection;
}
`,
    unsupported: [[MULTIPART, CHUNKED]],
    noticesEnd: 'on write',
  },
  {
    name: 'Caddy',
    program: {
      path: '/usr/bin/caddy',
      debian: 'caddy',
      args: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
    },
    configuration: (port, target) => `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${target}
}
`,
    unsupported: [
      [DRAFTS, DRAFTS_REORDERED],
      [MULTIPART, CHUNKED],
    ],
  },
  {
    name: 'http-proxy of npm (merges slashes)',
    program: {
      path: process.execPath,
      debian: 'nodejs',
      args: (file) => [file],
    },
    configuration: (port, target) => `
const { createProxyServer } = require(${JSON.stringify(require.resolve('http-proxy'))});
const { Agent } = require('node:http');
// without an agent it sends \`Connection: close\` in both directions
const agent = new Agent({ keepAlive: true });
const proxy = createProxyServer({ target: 'http://127.0.0.1:${target}/', ws: true, agent });
proxy.on('error', (error, request, response) => response.destroy?.());
proxy.listen(${port}, '127.0.0.1');
`,
    unsupported: [
      [DRAFTS, DRAFTS_REORDERED],
      [MULTIPART, CHUNKED],
    ],
    noticesEnd: 'of WebSockets',
  },
];
