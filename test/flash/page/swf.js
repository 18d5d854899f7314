// The page's side of the contract with WebSocketMain.swf: forwards calls and records events.
var harness = (function () {
  var flash = null;
  var seen = { initialized: 0, announced: 0, log: [], error: [], events: [] };

  // Ruffle needs the native constructor, so the callbacks are added to it.
  WebSocket.__onFlashInitialized = function () {
    seen.initialized++;
    flash = document.getElementById('webSocketFlash');
  };
  WebSocket.__onFlashEvent = function () {
    seen.announced++;
    setTimeout(function () {
      seen.events = seen.events.concat(flash.receiveEvents());
    }, 0);
    return seen.announced !== harness.refuseAnnouncement;
  };
  WebSocket.__log = function (text) {
    seen.log.push(decodeURIComponent(text));
  };
  WebSocket.__error = function (text) {
    seen.error.push(decodeURIComponent(text));
  };

  return {
    refuseAnnouncement: 0,
    isReady: function () {
      return flash !== null;
    },
    seen: function () {
      return seen;
    },
    forget: function () {
      seen.announced = 0;
      seen.log = [];
      seen.error = [];
      seen.events = [];
    },
    cookie: function (text) {
      document.cookie = text;
    },
    call: function (method, args) {
      return flash[method].apply(flash, args);
    },
  };
})();
