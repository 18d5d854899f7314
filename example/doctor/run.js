// Examines one transport after the other, when the page loads and on each click on 'Run again'.
(function () {
  var TRANSPORTS = [
    AUTOMATIC,
    'websocket',
    'server-events',
    'xhr-multipart',
    'htmlfile',
    'xhr-polling',
    'jsonp-polling',
    'flashsocket'
  ];
  var results = {};

  function finish() {
    byId('again').disabled = false;
    put(byId('again'), 'Run again');
    document.body.setAttribute('data-done', 'yes');
  }

  function examineFrom(index) {
    if (index === TRANSPORTS.length) return finish();
    var name = TRANSPORTS[index];

    function progress(kind, text, result) {
      table.show(name, kind, text, result);
      if (!result || !result.kind) return;
      results[name] = result;
      table.sum(results);
    }
    function frame(kind, text) {
      wire.add(name, kind, text);
    }
    examine(name, progress, frame, function () {
      examineFrom(index + 1);
    });
  }

  function run() {
    results = {};
    document.body.removeAttribute('data-done');
    wire.clear();
    report.visit();
    byId('again').disabled = true;
    put(byId('again'), 'Running');
    table.say('Running', 'This takes a few seconds.');
    for (var i = 0; i < TRANSPORTS.length; i++) table.show(TRANSPORTS[i], 'waits', 'waits');
    examineFrom(0);
  }

  if (typeof io === 'undefined' || !io.Socket) {
    table.say('The client did not load', '/socket.io/socket.io.js is missing or blocked.');
    return;
  }
  wire.offerFilters(TRANSPORTS);
  byId('again').onclick = run;
  byId('copy').onclick = function () {
    report.copy(results);
  };
  run();
})();
