// The harness in a page: opens sockets by name and records their events.
var harness = (function () {
  var peers = {};

  function open(name, options) {
    var peer = { connects: 0, disconnects: 0, failures: 0, messages: [] };
    var settings = {
      port: location.port,
      transports: ['flashsocket'],
      rememberTransport: false,
      // Ruffle loads slowly, especially on a busy machine.
      connectTimeout: 15000,
    };
    for (var key in options) settings[key] = options[key];
    peer.socket = new io.Socket(settings.host || location.hostname, settings);
    peer.socket.on('connect', function () {
      peer.connects++;
    });
    peer.socket.on('disconnect', function () {
      peer.disconnects++;
    });
    peer.socket.on('connect_failed', function () {
      peer.failures++;
    });
    peer.socket.on('message', function (message) {
      peer.messages.push(message);
    });
    peers[name] = peer;
    peer.socket.connect();
  }

  function state(name) {
    var peer = peers[name];
    var transport = peer.socket.transport;
    return {
      connects: peer.connects,
      disconnects: peer.disconnects,
      failures: peer.failures,
      received: peer.messages.length,
      connected: peer.socket.connected,
      transport: transport ? transport.type : null,
      sessionId: transport ? String(transport.sessionid) : null,
    };
  }

  return {
    open: open,
    state: state,
    messages: function (name) {
      return peers[name].messages;
    },
    send: function (name, messages) {
      for (var i = 0; i < messages.length; i++) peers[name].socket.send(messages[i]);
    },
    disconnect: function (name) {
      peers[name].socket.disconnect();
    },
  };
})();
