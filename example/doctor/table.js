// The table of results, and the summary above it.
var table = (function () {
  function row(name) {
    var found = byId('row-' + name);
    if (found) return found;
    found = element('tr');
    found.id = 'row-' + name;
    var title = element('td', 'name');
    title.appendChild(element('i', 'dot'));
    title.appendChild(document.createTextNode(name));
    found.appendChild(title);
    found.appendChild(element('td', 'result'));
    found.appendChild(element('td', 'time'));
    found.appendChild(element('td', 'time'));
    byId('rows').appendChild(found);
    return found;
  }

  function show(name, kind, text, result) {
    var cells = row(name).getElementsByTagName('td');
    row(name).className = kind;
    put(cells[1], text);
    put(cells[2], ms(result && result.connect));
    put(cells[3], ms(result && result.roundTrip));
  }

  function say(title, text) {
    put(byId('verdict').firstChild, title);
    put(byId('verdict').lastChild, text);
  }

  function tally(results) {
    var works = 0;
    var fails = 0;
    for (var name in results) {
      if (name === AUTOMATIC) continue;
      if (results[name].kind === 'works' || results[name].kind === 'flawed') works++;
      if (results[name].kind === 'fails') fails++;
    }
    return (
      works +
      (works === 1 ? ' transport works' : ' transports work') +
      (fails ? ', ' + fails + ' fail' : '')
    );
  }

  function choice(automatic) {
    if (!automatic.type) return 'The client finds no transport.';
    var how = 'By default the client connects by ' + automatic.type;
    return (
      how + (automatic.kind === 'fails' ? ', which fails.' : ' in ' + ms(automatic.connect) + '.')
    );
  }

  // `results`: the results so far, by transport name.
  function sum(results) {
    say(tally(results), choice(results[AUTOMATIC]));
  }

  return { show: show, say: say, sum: sum };
})();
