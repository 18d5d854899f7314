// What a browser of 2011 had, for pages of 2011 in a browser of today. Stands before socket.io.js.
(function () {
  var NativeWebSocket = window.WebSocket;
  // its polyfill stands back where there is a WebSocket
  window.WebSocket = undefined;

  // Ruffle reaches the network by the native one, and looks it up when it needs it
  window.restoreWebSocketForRuffle = function (proxyUrl) {
    window.WebSocket = new Proxy(window.WebSocket, {
      construct: function (polyfill, args) {
        var isRuffle = String(args[0]).indexOf(proxyUrl) === 0;
        return Reflect.construct(isRuffle ? NativeWebSocket : polyfill, args);
      },
    });
  };

  // null was fine for the ports of a message then
  var init = MessageEvent.prototype.initMessageEvent;
  MessageEvent.prototype.initMessageEvent = function () {
    var args = Array.prototype.slice.call(arguments, 0, 7);
    return init.apply(this, args.concat([[]]));
  };
})();
