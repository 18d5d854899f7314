// Tries one transport: connects, times a few echoes, and sees whether delicate text survives.
// `progress(kind, text, result)` and `frame(way, text)` are told what happens, at last how it ended:
// then `result` has a `kind`, which is works, flawed, fails or absent. `done` is called when the
// next one may begin.
var AUTOMATIC = 'automatic'; // the client chooses

var examine = (function () {
  var PINGS = 7;
  // Text that proxies and pages with the wrong charset are known to break.
  var DELICATE = 'gr\u00fc\u00dfe \u65e5\u672c \ud83d\ude00 <b>&amp;</b> </script> "\u2028"';
  var CONNECT_TIMEOUT_MS = 6000;
  var ECHO_TIMEOUT_MS = 5000;
  // The client gives up by itself; this is for one that does not.
  var LAST_TIMEOUT_MS = CONNECT_TIMEOUT_MS + 2000;
  // A moment for the goodbye, so that the next one has the connections to itself.
  var GOODBYE_MS = 60;

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

  // Everything a transport puts on the wire goes through `encode`, everything it takes off
  // through `onData`; both may be replaced, as pages of 2011 did.
  function tap(transport, frame) {
    var encode = transport.encode;
    var onData = transport.onData;
    transport.encode = function () {
      var payload = encode.apply(transport, arguments);
      frame('up', payload || 'goodbye'); // which is all that has no message in it
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
      setTimeout(done, GOODBYE_MS);
    }

    function failIn(delay, text) {
      clearTimeout(timer);
      timer = setTimeout(function () {
        finish('fails', text + seconds(delay));
      }, delay);
    }

    function ping() {
      failIn(ECHO_TIMEOUT_MS, 'connects, but no echo came within ');
      sent = now();
      socket.send(times.length < PINGS ? 'ping ' + (times.length + 1) : DELICATE);
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
      } else if (text === DELICATE) {
        finish('works', name === AUTOMATIC ? 'works by ' + result.type : 'works');
      } else {
        finish('flawed', 'works, but garbles text: ' + text);
      }
    });
    socket.on('connect_failed', function () {
      var took = now() - began;
      if (took < CONNECT_TIMEOUT_MS * 0.9) return finish('fails', 'refused after ' + ms(took));
      finish(
        'fails',
        'no answer within ' + seconds(CONNECT_TIMEOUT_MS) + '; something holds it back'
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
