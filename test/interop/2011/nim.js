// The chat room client of nim-web-sdk-ng, which has connection code of its own for 0.9: node nim.js FOLDER ADDRESS
// Its file is for browsers: the parts of one that it uses are below. Only ADDRESS can be reached.
// Reports its events to the parent process, and does what it gets.
const https = require('https');
const path = require('path');
const { WebSocket } = require('ws');

const [, , folder, address] = process.argv;

class XMLHttpRequest {
  readyState = 0;
  status = 0;
  response = '';

  open(method, url) {
    this.method = method;
    this.url = new URL(url);
  }

  setRequestHeader() {}

  send(body) {
    if (this.url.host !== address) return;
    const request = https.request(this.url, { method: this.method }, (response) => {
      response.setEncoding('utf8');
      response.on('data', (text) => (this.response += text));
      response.on('end', () => this.#end(response.statusCode));
    });
    request.on('error', () => this.#end(0));
    request.end(body ?? undefined);
  }

  abort() {}

  #end(status) {
    this.readyState = 4;
    this.status = status;
    this.responseText = this.response;
    this.onreadystatechange();
  }
}

const storage = new Map();
const localStorage = {
  getItem: (name) => storage.get(name) ?? null,
  setItem: (name, value) => void storage.set(name, String(value)),
  removeItem: (name) => void storage.delete(name)
};
const browser = { window: globalThis, self: globalThis, XMLHttpRequest, WebSocket, localStorage };
for (const [name, value] of Object.entries({
  ...browser,
  navigator: { userAgent: 'Mozilla/5.0', onLine: true },
  addEventListener() {},
  removeEventListener() {}
})) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

const say = (...event) => process.send(event);
process.on('disconnect', () => process.exit());

const Chatroom = require(
  path.join(folder, 'node_modules/nim-web-sdk-ng/dist/v1/CHATROOM_BROWSER_SDK.js')
);
const room = new Chatroom({
  appkey: 'app',
  account: 'ada',
  token: 'secret',
  chatroomId: '1',
  chatroomAddresses: [address],
  debugLevel: process.env.NIM_LOG || 'off'
});
room.on('logined', () => say('logined'));
room.on('willReconnect', () => say('willReconnect'));
room.on('disconnect', () => say('disconnect'));
process.on('message', ([action, ...args]) => {
  if (action === 'send')
    room.chatroomMsg.sendTextMsg({ body: args[0] }).then(({ body }) => say('sent', body), fail);
  else room.disconnect();
});

function fail(error) {
  say('failed', String(error));
}

room.connect().catch(fail);
