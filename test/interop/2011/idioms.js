/*
 * Habits of the applications of 2010 to 2012, written as they wrote them; see the table in
 * idioms.test.ts for what each of them comes to.
 *
 * An app gets `io`, the `server` it listens on, the `options` for io.listen, `require` from a
 * folder in which the package is called socket.io, and `tell` for what it sees.
 */
var apps = (module.exports = {});

apps['keeps properties of its own on a client'] = function (app) {
  var guests = 0;
  app.io.listen(app.server, app.options).on('connection', function (client) {
    client.user = { name: 'guest ' + ++guests };
    client.on('message', function (text) {
      app.tell(client.user.name + ': ' + text);
    });
    client.on('disconnect', function () {
      app.tell(client.user.name + ' left');
    });
  });
};

apps['sends through listener.clients without a look whether they are there'] = function (app) {
  var listener = app.io.listen(app.server, app.options);
  var ids = [];
  listener.on('connection', function (client) {
    ids.push(client.sessionId);
    listener.clients[client.sessionId].send('welcome');
    client.on('message', function (text) {
      for (var i in ids) listener.clients[ids[i]].send(text);
    });
    client.on('disconnect', function () {
      for (var i in ids) listener.clients[ids[i]].send('one leaves');
      ids.splice(ids.indexOf(client.sessionId), 1);
    });
  });
  listener.on('clientDisconnect', function (client) {
    app.tell(listener.clients[client.sessionId]);
  });
};

apps['counts its clients while they connect'] = function (app) {
  var listener = app.io.listen(app.server, app.options);
  listener.on('connection', function (client) {
    var seen = 0;
    for (var id in listener.clientsIndex) if (listener.clientsIndex[id].sessionId === id) seen++;
    app.tell(Object.keys(listener.clients).length + ' ' + seen);
    client.on('disconnect', function () {
      app.tell(Object.keys(client.listener.clients).length);
    });
  });
};

apps['reads client.request at any time'] = function (app) {
  app.io.listen(app.server, app.options).on('connection', function (client) {
    function look() {
      app.tell(client.request.headers.cookie + ' ' + client.request.headers.origin);
    }
    look();
    client.on('message', look);
    client.on('disconnect', function () {
      look();
      process.nextTick(look);
    });
  });
};

apps['reads the address of a client in every way there was'] = function (app) {
  app.io.listen(app.server, app.options).on('connection', function (client) {
    app.tell(client.connection.remoteAddress);
    app.tell(client.request.connection.remoteAddress);
    app.tell(client.request.socket.remoteAddress);
  });
};

apps['cleans up only if client.connected is false'] = function (app) {
  app.io.listen(app.server, app.options).on('connection', function (client) {
    app.tell(client.connected);
    client.on('message', function () {
      app.tell(client.connected);
    });
    client.on('disconnect', function () {
      if (!client.connected) app.tell('cleaned up');
    });
  });
};

apps['sends from inside every handler'] = function (app) {
  var listener = app.io.listen(app.server, app.options);
  listener.on('connection', function (client) {
    client.send('welcome');
    client.broadcast('a newcomer');
    client.on('message', function (text) {
      client.send('yours');
      client.broadcast({ text: text });
    });
    client.on('disconnect', function () {
      client.send('unread');
      client.broadcast('farewell');
      listener.broadcast('all of you', client.sessionId);
    });
  });
  listener.on('clientDisconnect', function (client) {
    client.send('unread');
    client.broadcast('gone');
  });
};

apps['sends to a client that has just gone'] = function (app) {
  var known = [];
  app.io.listen(app.server, app.options).on('connection', function (client) {
    known.push(client);
    client.on('disconnect', function () {
      setTimeout(function () {
        known.forEach(function (one) {
          one.send('still there?');
          one.broadcast();
        });
        app.tell('survived');
      }, 0);
    });
  });
};

apps['emits events of its own on clients and on the listener'] = function (app) {
  var listener = app.io.listen(app.server, app.options);
  listener.on('sconnection', function (client, session) {
    app.tell(this === listener && session.id);
    client.on('smessage', function (text) {
      app.tell('session says ' + text);
    });
    client.on('error', function (error) {
      app.tell(error.message);
    });
  });
  listener.on('connection', function (client) {
    listener.emit('sconnection', client, { id: 7 });
    client.on('message', function (text) {
      client.emit('smessage', text);
      client.emit('error', new Error('its own'));
    });
  });
};

apps['replaces client.on'] = function (app) {
  app.io.listen(app.server, app.options).on('connection', function (client) {
    var on = client.on;
    client.on = function (name, handler) {
      return on.call(client, name === 'message' ? 'secure' : name, handler);
    };
    on.call(client, 'message', function (text) {
      client.emit('secure', 'decrypted ' + text);
    });
    client
      .on('message', function (text) {
        app.tell(text);
      })
      .on('disconnect', function () {
        app.tell('left');
      });
  });
};

apps['passes client.send around, bound'] = function (app) {
  app.io.listen(app.server, app.options).on('connection', function (client) {
    var send = client.send.bind(client);
    client.on('message', function (text) {
      ['one', 'two'].forEach(function (word) {
        send(text + ' ' + word);
      });
      process.nextTick(client.broadcast.bind(client, 'heard'));
    });
  });
};

apps['takes its listener off at the disconnect'] = function (app) {
  app.io.listen(app.server, app.options).on('connection', function (client) {
    function onMessage(text) {
      app.tell(text);
    }
    client.on('message', onMessage);
    client.addListener('disconnect', function () {
      client.removeListener('message', onMessage);
      app.tell(client.listeners('message').length);
    });
  });
};

apps['polls client.connected of a client it keeps'] = function (app) {
  var first = null;
  app.io.listen(app.server, app.options).on('connection', function (client) {
    if (!first) first = client;
    app.tell(first.connected);
    client.on('disconnect', function () {
      setTimeout(function () {
        app.tell(first.connected);
      }, 0);
    });
  });
};

apps['uses session ids as text, keys and numbers'] = function (app) {
  var names = {};
  var listener = app.io.listen(app.server, app.options);
  listener.on('connection', function (client) {
    names[client.sessionId] = 'known';
    app.tell(/^\d+$/.test(client.sessionId) && client.sessionId.toString() === client.sessionId);
    client.on('message', function () {
      app.tell(names[client.sessionId]);
      listener.broadcast('not for you', [client.sessionId]);
      listener.broadcast('nor this', Number(client.sessionId));
    });
  });
};

apps['listens to everything on the listener'] = function (app) {
  var listener = app.io.listen(app.server, app.options);
  listener.on('clientConnect', function (client) {
    app.tell('+ ' + (this === listener && client.listener === listener));
  });
  listener.on('clientMessage', function (text, client) {
    app.tell(text + ' ' + (client.listener.server === app.server));
  });
  listener.on('clientDisconnect', function (client) {
    app.tell('- ' + arguments.length + ' ' + client.connected);
  });
};

apps['gives its listeners as options, as the README of 2010 had it'] = function (app) {
  app.options.onClientConnect = function () {
    app.tell('connect');
  };
  app.options.onClientMessage = function (text) {
    app.tell(text);
  };
  app.options.onClientDisconnect = function () {
    app.tell('disconnect');
  };
  app.io.listen(app.server, app.options);
};

apps['puts a handler in front before it listens'] = function (app) {
  var others = app.server.listeners('request').slice();
  app.server.removeAllListeners('request');
  app.server.on('request', function (request, response) {
    if (request.url === '/now.js') return response.end('mine');
    for (var i in others) others[i].call(this, request, response);
  });
  app.io.listen(app.server, app.options).on('connection', function (client) {
    client.on('message', function (text) {
      app.tell(text);
    });
  });
};

apps['puts a handler in front after it listens'] = function (app) {
  app.io.listen(app.server, app.options).on('connection', function (client) {
    client.on('message', function (text) {
      app.tell(text);
    });
  });
  var others = app.server.listeners('request').slice();
  app.server.removeAllListeners('request');
  app.server.on('request', function (request, response) {
    if (request.url === '/now.js') return response.end('mine');
    for (var i in others) others[i].call(this, request, response);
  });
};

apps['pushes a handler in front through server._events'] = function (app) {
  app.server.on('request', function (request, response) {
    response.writeHead(404, { 'Content-Type': 'text/html' });
    response.end('not found');
  });
  app.io.listen(app.server, app.options).on('connection', function (client) {
    client.on('message', function (text) {
      app.tell(text);
    });
  });
  var events = app.server._events;
  if (!Array.isArray(events.request)) events.request = [events.request];
  events.request.unshift(function (request, response) {
    if (request.url === '/now.js') response.end('mine');
  });
};

apps['patches _onConnection of the listener'] = function (app) {
  var Listener = app.require('socket.io/lib/socket.io/listener');
  var onConnection = Listener.prototype._onConnection;
  if (app.io.version.substring(0, 3) !== '0.6') return;
  Listener.prototype._onConnection = function (transport, request, response, upgrade, head) {
    app.tell(transport === app.transport && request.url.indexOf('/socket.io/' + transport));
    onConnection.call(this, transport, request, response, upgrade, head);
  };
  app.io.listen(app.server, app.options).on('connection', function () {
    app.tell('connected');
  });
  app.undo = function () {
    Listener.prototype._onConnection = onConnection;
  };
};

apps['adds methods to Client.prototype and Listener.prototype'] = function (app) {
  var Client = app.require('socket.io/lib/socket.io/client');
  Client.prototype.shout = function (text) {
    return this.send(text.toUpperCase());
  };
  app.io.Listener.prototype.count = function () {
    return Object.keys(this.clients).length;
  };
  var listener = app.io.listen(app.server, app.options);
  listener.on('connection', function (client) {
    client.on('message', function (text) {
      client.shout(text).broadcast(listener.count());
    });
  });
  app.undo = function () {
    delete Client.prototype.shout;
    delete app.io.Listener.prototype.count;
  };
};

apps['registers its listeners by inheritance'] = function (app) {
  function Room(client) {
    this.client = client;
    client.on('message', this.onMessage.bind(this));
    client.once('disconnect', this.onLeave.bind(this));
  }
  Room.prototype.onMessage = function (text) {
    app.tell(text);
  };
  Room.prototype.onLeave = function () {
    app.tell('left with ' + arguments.length);
  };
  app.io.listen(app.server, app.options).on('connection', function (client) {
    client.room = new Room(client);
  });
};

apps['sends JSON as text and as objects'] = function (app) {
  app.io.listen(app.server, app.options).on('connection', function (client) {
    client.on('message', function (message) {
      client.send(JSON.stringify({ echo: message }));
      client.send({ echo: message });
      client.send([{ echo: message }, 'and so on']);
      client.send(42);
    });
  });
};

apps['throws everybody out at once'] = function (app) {
  var listener = app.io.listen(app.server, app.options);
  listener.on('connection', function (client) {
    client.on('message', function () {
      for (var id in listener.clients) listener.clients[id]._onDisconnect();
    });
    client.on('disconnect', function () {
      app.tell('thrown out');
    });
  });
};
