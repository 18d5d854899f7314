// Tries one transport: connects, measures a few echoes, and tests whether unusual text arrives intact.
// Calls `progress(kind, text, result)` and `frame(kind, text)` as it proceeds. In the last call of
// `progress`, `result.kind` is works, flawed, fails or absent. Then calls `done`.
var AUTOMATIC = 'automatic'; // the client chooses

var examine = (function () {
  var PINGS = 7;
  // Text that proxies, and pages with a wrong charset, are known to damage.
  var UNUSUAL = 'gr\u00fc\u00dfe \u65e5\u672c \ud83d\ude00 <b>&amp;</b> </script> "\u2028"';
  var CONNECT_TIMEOUT_MS = 6000;
  var ECHO_TIMEOUT_MS = 5000;
  // The client has a timeout of its own; this one is for a client without.
  var LAST_TIMEOUT_MS = CONNECT_TIMEOUT_MS + 2000;
  // Time for the close request, so that the next transport has all connections of the browser.
  var PAUSE_MS = 60;

  function whyNot(name) {
    var Type = io.Transport[name];
    if (name === AUTOMATIC) return '';
    if (!Type) return 'not in this client';
    if (Type.check()) return '';
    return name === 'flashsocket' ? 'no Flash in this browser' : 'not supported by this browser';
  }

  function optionsFor(name) {
    var options = {
      resource: 'echo',
      rememberTransport: false,
      reconnect: false,
      connectTimeout: CONNECT_TIMEOUT_MS
    };
    if (name !== AUTOMATIC) options.transports = [name];
    return options;
  }

  // A transport passes all it sends to `encode` and all it receives to `onData`. Both may be
  // overridden, as in pages of 2011.
  function tap(transport, frame) {
    var encode = transport.encode;
    var onData = transport.onData;
    transport.encode = function () {
      var payload = encode.apply(transport, arguments);
      frame('up', payload || 'close request'); // the only payload without a message
      return payload;
    };
    transport.onData = function (payload) {
      if (payload) frame('down', payload);
      return onData.apply(transport, arguments);
    };
  }

  function median(values) {
    var sorted = values.slice().sort(function (a, b) {
      return a - b;
    });
    return sorted[Math.floor(sorted.length / 2)];
  }

  function seconds(milliseconds) {
    return milliseconds / 1000 + ' s';
  }

  return function (name, progress, frame, done) {
    var absent = whyNot(name);
    var result = {};
    var times = [];
    var socket, began, sent, timer;

    function end(kind, text) {
      result.kind = kind;
      result.text = text;
      if (times.length) result.roundTrip = median(times);
      progress(kind, text, result);
    }

    function finish(kind, text) {
      var ended = socket;
      if (!ended) return;
      socket = null;
      clearTimeout(timer);
      frame('event', text);
      ended.disconnect();
      end(kind, text);
      setTimeout(done, PAUSE_MS);
    }

    function failIn(delay, text) {
      clearTimeout(timer);
      timer = setTimeout(function () {
        finish('fails', text + seconds(delay));
      }, delay);
    }

    function ping() {
      failIn(ECHO_TIMEOUT_MS, 'connects, but no echo arrived within ');
      sent = now();
      socket.send(times.length < PINGS ? 'ping ' + (times.length + 1) : UNUSUAL);
    }

    if (absent) {
      end('absent', absent);
      return done();
    }
    progress('busy', 'connecting');
    socket = new io.Socket(null, optionsFor(name));

    socket.on('connecting', function (type) {
      frame('event', 'tries ' + type);
      tap(socket.transport, frame);
    });
    socket.on('connect', function () {
      if (!socket) return;
      result.connect = now() - began;
      result.type = socket.transport.type;
      progress('busy', 'connected', result);
      ping();
    });
    socket.on('message', function (text) {
      if (!socket) return;
      if (times.length < PINGS) {
        times.push(now() - sent);
        ping();
      } else if (text === UNUSUAL) {
        finish('works', name === AUTOMATIC ? 'works by ' + result.type : 'works');
      } else {
        finish('flawed', 'works, but changes text: ' + text);
      }
    });
    socket.on('connect_failed', function () {
      var took = now() - began;
      if (took < CONNECT_TIMEOUT_MS * 0.9) return finish('fails', 'refused after ' + ms(took));
      finish(
        'fails',
        'no answer within ' +
          seconds(CONNECT_TIMEOUT_MS) +
          '; something between browser and server buffers it'
      );
    });
    socket.on('disconnect', function () {
      finish('fails', 'the connection was lost after ' + ms(now() - began));
    });
    failIn(LAST_TIMEOUT_MS, 'no answer within ');
    began = now();
    socket.connect();
  };
})();
