// The payloads on the wire, line by line: on the page, for one transport or for all, and in the report.
var wire = (function () {
  var LONGEST = 400;
  var ARROWS = { up: '\u2191', down: '\u2193', event: '\u00b7' };
  var started = now();
  var lines = [];

  function hideOrShow(line) {
    var wanted = byId('filter').value;
    line.style.display = !wanted || wanted === line.getAttribute('data-by') ? '' : 'none';
  }

  // Adds a line, and scrolls to it unless the reader has scrolled up.
  function append(line) {
    var frames = byId('frames');
    var follows = frames.scrollTop + frames.clientHeight > frames.scrollHeight - 40;
    hideOrShow(line);
    frames.appendChild(line);
    if (follows) frames.scrollTop = frames.scrollHeight;
  }

  function add(name, kind, text) {
    var at = ((now() - started) / 1000).toFixed(3);
    var shown = text;
    if (text.length > LONGEST) shown = text.slice(0, LONGEST) + ' \u2026 (' + text.length + ')';
    var line = element('div', 'frame ' + kind);
    line.setAttribute('data-by', name);
    line.appendChild(element('span', 'at', at));
    line.appendChild(element('span', 'by', name));
    line.appendChild(element('span', 'way', ARROWS[kind]));
    line.appendChild(element('span', 'text', shown));
    append(line);
    lines.push([at, name, ARROWS[kind], shown].join(' '));
  }

  function clear() {
    started = now();
    lines = [];
    byId('frames').innerHTML = '';
  }

  function offer(name, title) {
    var option = element('option', '', title);
    option.value = name;
    byId('filter').appendChild(option);
  }

  function offerFilters(names) {
    offer('', 'all transports');
    for (var i = 0; i < names.length; i++) offer(names[i], names[i]);
    byId('filter').onchange = function () {
      var shown = byId('frames').childNodes;
      for (var j = 0; j < shown.length; j++) hideOrShow(shown[j]);
    };
  }

  function text() {
    return lines.join('\n');
  }

  return { add: add, clear: clear, offerFilters: offerFilters, text: text };
})();
