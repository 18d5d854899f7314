// Restores features of browsers of 2011 for pages of 2011. Must be loaded before socket.io.js.
(function () {
  var NativeWebSocket = window.WebSocket;
  // The polyfill is inactive if there is a WebSocket.
  window.WebSocket = undefined;

  // Ruffle uses the native WebSocket, and looks it up on each connection.
  window.restoreWebSocketForRuffle = function (proxyUrl) {
    window.WebSocket = new Proxy(window.WebSocket, {
      construct: function (polyfill, args) {
        var isRuffle = String(args[0]).indexOf(proxyUrl) === 0;
        return Reflect.construct(isRuffle ? NativeWebSocket : polyfill, args);
      },
    });
  };

  // Browsers of 2011 accepted null as the ports of a message.
  var init = MessageEvent.prototype.initMessageEvent;
  MessageEvent.prototype.initMessageEvent = function () {
    var args = Array.prototype.slice.call(arguments, 0, 7);
    return init.apply(this, args.concat([[]]));
  };
})();
