// The report: this visit for the page, and all results for the clipboard.
var report = (function () {
  var visited = '';

  function about(title, text) {
    var line = element('div');
    line.appendChild(element('dt', 'quiet', title));
    line.appendChild(element('dd', '', text));
    byId('about').appendChild(line);
    return title + ': ' + text;
  }

  function visit() {
    byId('about').innerHTML = '';
    visited = [
      about('Page', location.protocol + '//' + location.host),
      about('Browser', navigator.userAgent),
      about('Client', 'socket.io ' + io.version),
      about('Time', new Date().toString())
    ].join('\n');
  }

  function summary(results) {
    var lines = [];
    for (var name in results) {
      var cells = [
        name,
        results[name].text,
        ms(results[name].connect),
        ms(results[name].roundTrip)
      ];
      lines.push(cells.join('\t').replace(/\t+$/, ''));
    }
    return lines.join('\n');
  }

  function toClipboard(text) {
    var area = element('textarea');
    area.value = text;
    document.body.appendChild(area);
    area.select();
    var done = document.execCommand('copy');
    document.body.removeChild(area);
    return done;
  }

  function copy(results) {
    var done = toClipboard([visited, summary(results), wire.text()].join('\n\n'));
    put(byId('copy'), done ? 'Copied' : 'Not copied');
    setTimeout(function () {
      put(byId('copy'), 'Copy report');
    }, 1500);
  }

  return { visit: visit, copy: copy };
})();
