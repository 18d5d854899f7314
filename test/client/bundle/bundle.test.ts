import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { parse } from 'acorn';
import { expect } from 'chai';
import { frame } from '../../../lib/protocol/frames.js';

const FOLDER = join(__dirname, '..', '..', '..', 'client');
const PLAIN = ['socket.io.js', 'socket.io.min.js'];
/** Bytes, minified and gzipped, with the flashsocket. */
const LARGEST = { 'socket.io.min.js': 8000, 'socket.io.delivery.min.js': 8500 };
const SCRIPTS = [...PLAIN, 'socket.io.delivery.min.js'];

function read(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

/** Removes the features of ES5 and later, which Internet Explorer 6 does not have. */
const REMOVE_THE_NEW = `
  ['create', 'defineProperty', 'defineProperties', 'assign', 'keys', 'values', 'entries', 'freeze',
   'setPrototypeOf', 'getPrototypeOf', 'getOwnPropertyNames'].forEach(function (name) { delete Object[name]; });
  ['indexOf', 'forEach', 'map', 'filter', 'some', 'every', 'reduce', 'includes', 'find', 'flat',
   'lastIndexOf'].forEach(function (name) { if (name !== 'forEach') delete Array.prototype[name]; });
  delete Array.isArray; delete Array.from; delete Array.prototype.forEach;
  delete Function.prototype.bind; delete String.prototype.trim; delete String.prototype.startsWith;
  delete String.prototype.includes; delete String.prototype.repeat; delete Date.now;
  delete Date.prototype.toJSON; delete Date.prototype.toISOString; delete Number.isFinite;
  delete Object.prototype.__defineGetter__; delete Object.prototype.__lookupGetter__;
  delete globalThis.JSON; delete globalThis.Symbol; delete globalThis.Promise; delete globalThis.Map;
  delete globalThis.Set; delete globalThis.WeakMap; delete globalThis.Reflect; delete globalThis.Proxy;
  delete globalThis.globalThis;
`;

interface Requested {
  method: string;
  url: string;
  body?: string | null;
  answer(status: number, text: string): void;
}

/** A minimal browser of 2001 with the script loaded. */
function oldBrowser(script: string) {
  const requests: Requested[] = [];
  class OldRequest {
    readyState = 0;
    status = 0;
    responseText = '';
    onreadystatechange: unknown = null;
    #requested!: Requested;
    open(method: string, url: string): void {
      this.#requested = {
        method,
        url,
        answer: (status, text) => {
          this.readyState = 4;
          this.status = status;
          this.responseText = text;
          (this.onreadystatechange as () => void)();
        },
      };
    }
    send(body: string | null): void {
      this.#requested.body = body;
      requests.push(this.#requested);
    }
    abort(): void {}
  }
  const window: Record<string, unknown> = {
    location: { protocol: 'http:', hostname: 'example.com', port: '' },
    document: { cookie: '', readyState: 'complete' },
    navigator: { userAgent: 'Mozilla/4.0 (compatible; MSIE 6.0)' },
    ActiveXObject: OldRequest,
    jQuery: {},
    setTimeout: () => 0,
    clearTimeout: () => {},
  };
  window['self'] = window;
  createContext(window);
  runInContext(REMOVE_THE_NEW, window);
  runInContext(read(script), window);
  return { window, requests, run: (code: string): unknown => runInContext(code, window) };
}

/** A current browser with the script loaded, whose zero timers are run by the test. */
function page(script: string, globals: Record<string, unknown>) {
  const timers: (() => void)[] = [];
  const window: Record<string, unknown> = {
    location: { protocol: 'http:', hostname: 'example.com', port: '' },
    document: {},
    navigator: {},
    setTimeout: (callback: () => void, ms: number) => ms === 0 && timers.push(callback),
    clearTimeout: () => {},
    ...globals,
  };
  window['self'] = window;
  createContext(window);
  runInContext(read(script), window);
  return {
    run: (code: string): unknown => runInContext(code, window),
    runTimers: (): void => {
      for (const callback of timers.splice(0)) callback();
    },
  };
}

function prototypeOf(Type: unknown): Record<string, unknown> {
  return (Type as { prototype: Record<string, unknown> }).prototype;
}

/** Names of client 0.6.3 that pages use or override. */
const SOCKET_METHODS = (
  'connect send disconnect on once emit fire addListener addEvent addEventListener ' +
  'removeEvent removeListener removeEventListener getTransport queue doQueue isXDomain ' +
  'onConnect onMessage _onMessage onDisconnect onReconnect'
).split(' ');
const TRANSPORT_METHODS = (
  'connect send disconnect encode decode onData setTimeout onTimeout onMessage onHeartbeat ' +
  'onConnect onDisconnect prepareUrl'
).split(' ');
const XHR_METHODS = ['get', 'checkSend', 'sendIORequest', 'request'];
const TRANSPORTS = [
  'websocket',
  'flashsocket',
  'htmlfile',
  'xhr-multipart',
  'xhr-polling',
  'jsonp-polling',
];
const OPTIONS = (
  'secure document port resource transports transportOptions connectTimeout ' +
  'tryTransportsOnConnectTimeout reconnect reconnectionDelay maxReconnectionAttempts rememberTransport'
).split(' ');

describe('client script', () => {
  for (const script of SCRIPTS) {
    describe(script, () => {
      it('is valid ES3, with reserved words not used as names', () => {
        parse(read(script), { ecmaVersion: 3, allowReserved: 'never', sourceType: 'script' });
      });

      it('evaluates no strings, so that it works under a strict Content-Security-Policy', () => {
        expect(read(script)).to.not.match(/\beval\b|\bFunction\s*\(|setTimeout\(\s*["']/);
      });

      it('contains setPath, by which programs detect the client', () => {
        expect(read(script)).to.include('setPath').and.to.have.lengthOf.above(1000);
      });

      it('connects, sends and receives in a browser without ES5', () => {
        const { window, requests, run } = oldBrowser(script);
        run(`
          var log = [];
          var socket = new io.Socket(null, { transports: ['xhr-polling'] });
          socket.on('connect', function () { log.push('connect ' + socket.transport.sessionid); });
          socket.on('message', function (message) { log.push(message.a ? message.a[1] : message); });
          socket.send({ b: ['"', null] });
          socket.connect();
        `);
        expect(requests[0]?.url).to.match(
          /^http:\/\/example\.com:80\/socket\.io\/xhr-polling\/\?\d+$/,
        );
        requests[0]?.answer(200, '~m~3~m~123');
        requests
          .find(({ url }) => /123\/\d/.test(url))
          ?.answer(200, frame('~j~{"a":[0,"\\u00fc"]}') + frame('hi'));
        expect(Array.from(window['log'] as string[])).to.deep.equal(['connect 123', 'ü', 'hi']);
        const post = requests.find(({ method }) => method === 'POST');
        expect(decodeURIComponent(post?.body ?? '')).to.equal(
          'data=' + frame('~j~{"b":["\\u0022",null]}'),
        );
      });

      it('has the names of client 0.6.3', () => {
        const { run } = oldBrowser(script);
        const io = run('io') as Record<string, Record<string, unknown>>;
        expect(io).to.include.keys('version', 'setPath', 'util', 'Socket', 'Transport', 'JSONP');
        expect(io['version']).to.equal('0.6.3');
        expect(io['util']).to.include.all.keys(
          'load',
          'defer',
          'inherit',
          'indexOf',
          'isArray',
          'merge',
          'webkit',
        );
        for (const name of SOCKET_METHODS) {
          expect(prototypeOf(io['Socket'])[name], name).to.be.a('function');
        }
        expect(io['Transport']).to.include.all.keys('XHR', ...TRANSPORTS);
        for (const type of TRANSPORTS) {
          const Type = io['Transport']?.[type] as Record<string, unknown>;
          expect(prototypeOf(Type)['type']).to.equal(type);
          expect(Type['check'], type).to.be.a('function');
          expect(Type['xdomainCheck'], type).to.be.a('function');
          for (const name of TRANSPORT_METHODS) {
            expect(prototypeOf(Type)[name], type + name).to.be.a('function');
          }
        }
        for (const name of XHR_METHODS) {
          expect(prototypeOf(io['Transport']?.['xhr-polling'])[name], name).to.be.a('function');
        }
        expect(run('new io.Socket().options')).to.include.all.keys(...OPTIONS);
        const socket = run('new io.Socket()');
        expect(socket).to.include({ host: 'example.com', connected: false, connecting: false });
        expect(socket).to.include({ reconnecting: false });
        expect(run('jQuery.io === io')).to.equal(true);
      });

      it('accepts a custom transport of 2011', () => {
        const { run } = oldBrowser(script);
        const seen = run(`
          var seen = [];
          var Mine = io.Transport.mine = function () { io.Transport.apply(this, arguments); };
          io.util.inherit(Mine, io.Transport);
          Mine.prototype.type = 'mine';
          Mine.prototype.connect = function () { this.onData('~m~2~m~id'); return this; };
          Mine.prototype.send = function (data) { seen.push(this.encode(data)); return this; };
          Mine.prototype.disconnect = function () { this.onDisconnect(); return this; };
          Mine.check = Mine.xdomainCheck = function () { return true; };
          var mine = new io.Socket('elsewhere', { transports: ['mine'] });
          mine.on('connect', function () { seen.push('connect ' + mine.transport.sessionid); });
          mine.on('message', function (message) { seen.push(message); });
          mine.on('disconnect', function () { seen.push('disconnect'); });
          mine.connect();
          mine.transport.onData('~m~4~m~~h~1~m~2~m~hi');
          mine.send('up');
          mine.disconnect();
          seen.join();
        `);
        expect(seen).to.equal('connect id,~m~4~m~~h~1,hi,~m~2~m~up,disconnect');
      });

      it('sets the location of the Flash file by setPath', () => {
        const { run } = oldBrowser(script);
        expect(run("io.setPath('/client'); [io.path, WEB_SOCKET_SWF_LOCATION].join()")).to.equal(
          '/client/,/client/lib/vendor/web-socket-js/WebSocketMain.swf',
        );
      });

      it('exports itself to CommonJS and AMD', () => {
        const code = read(script);
        const module = { exports: {} as Record<string, unknown> };
        runInContext(code, createContext({ module }));
        expect(module.exports['Socket']).to.be.a('function');
        const defined: unknown[] = [];
        const define = Object.assign(
          (name: string, factory: () => unknown) => defined.push(name, factory()),
          { amd: {} },
        );
        runInContext(code, createContext({ define }));
        // An anonymous module would be an error in a page that loads the script by an element.
        expect(defined[0]).to.equal('socket.io');
        expect(defined[1]).to.include.keys('Socket', 'Transport');
      });

      it('defines the global io also in pages with an AMD loader or with module', () => {
        const define = Object.assign(() => undefined, { amd: {} });
        const module = { exports: {} };
        for (const globals of [{}, { define }, { module, exports: module.exports }]) {
          const { run } = page(script, globals);
          expect(run('typeof io.Socket')).to.equal('function');
        }
      });

      it('connects without a location if it gets a host and a port, as in React Native', () => {
        const urls: string[] = [];
        class FakeRequest {
          withCredentials = false;
          open(_method: string, url: string): void {
            urls.push(url);
          }
          send(): void {}
        }
        const { run } = page(script, {
          location: undefined,
          document: undefined,
          XMLHttpRequest: FakeRequest,
        });
        const options = "{ port: 8080, transports: ['xhr-polling'] }";
        run(`new io.Socket('example.com', ${options}).connect()`);
        expect(urls[0]).to.match(/^http:\/\/example\.com:8080\/socket\.io\/xhr-polling\//);
      });

      it('tries the next transport if the page does not allow htmlfile', () => {
        const document = {
          createElement: () => {
            throw new Error('policy');
          },
        };
        const { run, runTimers } = page(script, { document });
        run(`
          var tried = [];
          var socket = new io.Socket(null, { transports: ['htmlfile', 'htmlfile'] });
          socket.on('connecting', function (type) { tried.push(type); });
          socket.on('connect_failed', function () { tried.push('failed'); });
          socket.connect();
        `);
        for (let i = 0; i < 2; i++) expect(runTimers).to.not.throw();
        expect(run('tried.join()')).to.equal('htmlfile,htmlfile,failed');
      });

      it('uses htmlfile without document.write, which Trusted Types do not allow', () => {
        const appended: { src?: string }[] = [];
        const frameDocument = {
          open: () => {},
          close: () => {},
          write: () => {
            throw new TypeError("This document requires 'TrustedHTML' assignment.");
          },
          defaultView: {},
          createElement: () => ({}),
          body: { appendChild: (child: { src?: string }) => appended.push(child) },
        };
        const iframe = { style: {}, contentWindow: { document: frameDocument } };
        const { run, runTimers } = page(script, {
          document: {
            createElement: () => iframe,
            documentElement: { insertBefore: () => {} },
          },
        });
        run("new io.Socket(null, { transports: ['htmlfile'] }).connect()");
        runTimers();
        expect(appended[0]?.src).to.include('/socket.io/htmlfile/?');
      });
    });
  }

  it('does not refer to a source map, which is served by a header', () => {
    for (const script of SCRIPTS) expect(read(script)).to.not.include('sourceMappingURL');
  });

  for (const [script, largest] of Object.entries(LARGEST)) {
    it(`is at most ${largest} bytes as ${script}, minified and gzipped`, () => {
      expect(gzipSync(read(script), { level: 9 }).length).to.be.at.most(largest);
    });
  }
});
