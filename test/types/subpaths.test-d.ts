/** Tests the types of the module paths of 2011; compiled by `npm run types`, never run. */
import { createServer } from 'node:http';
import Client = require('socket.io-node/client');
import Listener = require('socket.io-node/lib/socket.io/listener');
import Again = require('socket.io-node/lib/socket.io/listener.js');
import io = require('socket.io-node/lib/socket.io');
import frames = require('socket.io-node/frames/v1');
import utils = require('socket.io-node/utils');
import XhrPolling = require('socket.io-node/lib/socket.io/transports/xhr-polling');

const listener: io.Listener = new Listener(createServer());
const same: typeof Listener = Again;
same.prototype.close();
listener.on('connection', (client) => client instanceof Client && client instanceof XhrPolling);
utils.decode(utils.encode('text')).map((text) => text.length);

const packet: frames.Packet | null = frames.decodePacket('5:1+::{"name":"ask"}');
if (packet?.type === 'event') packet.args.map((arg: unknown) => [arg, packet.name, packet.id]);
export const text: string = frames.encodePacket({ type: 'message', endpoint: '', data: 'hello' });
// @ts-expect-error -- an event has a name
frames.encodePacket({ type: 'event', endpoint: '', args: [] });
