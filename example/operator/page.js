/*
 * The operator's page. What clients have sent, and what applications have chosen, is shown as text: nothing is
 * made of HTML here.
 */
(function () {
  const MOST_POINTS = 300;
  const MOST_FRAMES = 200;
  const byId = (id) => document.getElementById(id);
  const short = window.shortNumber;

  let points = [];
  let tickMs = 1000;
  let watched = null;
  let isConnected = false;

  const plots = [
    new Plot(byId('plot-protocol'), ({ byProtocol }) => byProtocol, true),
    new Plot(byId('plot-transport'), ({ byTransport }) => byTransport, true),
    new Plot(
      byId('plot-messages'),
      ({ messagesIn, messagesOut }) => ({
        in: Math.round(messagesIn),
        out: Math.round(messagesOut)
      }),
      false
    ),
    new Plot(byId('plot-bytes'), ({ bytesIn, bytesOut }) => ({ in: bytesIn, out: bytesOut }), false)
  ];

  function make(name, text, className) {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  }

  /** `12 B`, `3.4 kB`. */
  const bytes = (count) => `${short(count).replace(/[kMG]?$/, ' $&')}B`;

  /** The first digits of an id; all of it for a pointer that rests on it. */
  function shortId(id) {
    const code = make('code', id.length > 12 ? `${id.slice(0, 10)}…` : id);
    code.title = id;
    return code;
  }

  const time = (at) => new Date(at).toLocaleTimeString([], { hour12: false });

  function duration(seconds) {
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  }

  /** Cells of a row; on a phone each has its heading beside it. */
  function row(table, cells) {
    const headings = [...table.querySelectorAll('th')].map((th) => th.textContent);
    const tr = make('tr');
    cells.forEach((content, i) => {
      const td = make('td', undefined, table.querySelectorAll('th')[i].className);
      td.dataset.label = headings[i];
      td.append(...[content].flat());
      tr.append(td);
    });
    return tr;
  }

  function fill(id, rows, emptyId) {
    const table = byId(id);
    table.hidden = rows.length === 0;
    if (emptyId) byId(emptyId).hidden = rows.length > 0;
    table.tBodies[0].replaceChildren(...rows);
  }

  function button(text, label, act, className) {
    const made = make('button', text, className);
    made.type = 'button';
    made.setAttribute('aria-label', label);
    made.onclick = act;
    return made;
  }

  function showTiles(point, before) {
    const refusedPerMinute = before
      ? ((point.refused - before.refused) * 60_000) / Math.max(1, point.at - before.at)
      : 0;
    const tiles = [
      ['Sessions', short(point.current), `${point.byState.open} open`],
      ['In', `${short(Math.round(point.messagesIn))}/s`, `${bytes(point.bytesIn)}/s`],
      ['Out', `${short(Math.round(point.messagesOut))}/s`, `${bytes(point.bytesOut)}/s`],
      ['Waiting', bytes(point.waiting), `${point.dropped} volatile dropped`],
      ['Refused', short(point.refused), `${short(Math.round(refusedPerMinute))} a minute`],
      ['Resumed', short(point.resumes), `${point.missed} heartbeats missed`],
      ['Handshakes', short(point.handshakes), 'pending'],
      ['Opened', short(point.opened), `${point.delivering} with delivery`]
    ];
    byId('tiles').replaceChildren(
      ...tiles.map(([name, value, note]) => {
        const tile = make('div', undefined, 'card tile');
        tile.append(make('h2', name), make('strong', value), make('span', note, 'quiet'));
        return tile;
      })
    );
  }

  function showEnds(ends) {
    const most = Math.max(1, ...Object.values(ends));
    byId('ends').replaceChildren(
      ...Object.entries(ends).map(([reason, count]) => {
        const line = make('div', undefined, 'bar-row');
        const meter = document.createElement('meter');
        meter.max = most;
        meter.value = count;
        line.append(make('span', reason), meter, make('b', short(count)));
        return line;
      })
    );
  }

  function showBus(bus) {
    byId('bus-state').textContent = bus
      ? `This process is ${bus.node}. The engine ${bus.isUp ? 'works' : 'DOES NOT WORK'}; ${bytes(bus.waiting)} wait, ${bus.dropped} dropped, ${bus.lost} lost.`
      : 'No bus.';
    byId('bus-state').classList.toggle('wrong', bus !== null && !bus.isUp);
    fill(
      'peers',
      (bus?.peers ?? []).map((peer) =>
        row(byId('peers'), [
          make('code', peer.node),
          short(peer.sessions),
          short(peer.behind),
          `${(peer.lagMs / 1000).toFixed(1)} s`,
          `${(peer.silentMs / 1000).toFixed(1)} s`
        ])
      )
    );
  }

  function confirmKick(client) {
    byId('confirmed').textContent = client.id;
    const dialog = byId('confirm');
    dialog.onclose = () => {
      if (dialog.returnValue === 'yes') socket.send({ kick: client.id });
    };
    dialog.returnValue = 'no';
    dialog.showModal();
  }

  /**
   * The list is not updated while the pointer is over it, so that no button moves under the
   * pointer.
   */
  function showClients(clients) {
    if (byId('clients').matches(':hover, :focus-within') && clients.length > 0) return;
    fill(
      'clients',
      clients.map((client) => {
        const kind = `${client.transport}${client.delivery ? ', delivery' : ''}`;
        const tr = row(byId('clients'), [
          [make('span', client.protocol, 'badge'), ' ', shortId(client.id)],
          kind,
          client.address,
          bytes(client.waiting),
          short(client.received),
          short(client.sent),
          duration(client.seconds),
          [
            button('Watch', `Watch ${client.id}`, () => startWatch(client)),
            ' ',
            button('Kick', `Kick ${client.id}`, () => confirmKick(client), 'danger')
          ]
        ]);
        tr.lastChild.classList.add('actions');
        if (client.waiting > 1e6) tr.classList.add('slow');
        return tr;
      }),
      'no-clients'
    );
  }

  function showRefusals(refusals) {
    fill(
      'refusals',
      refusals.map(({ at, code, status, address, path, origin, agent }) => {
        const reason = code.replace('ERR_SIO_', '').replaceAll('_', ' ').toLowerCase();
        return row(byId('refusals'), [
          time(at),
          [make('span', status, 'badge'), ` ${reason}`],
          address,
          [make('code', path), origin ? make('div', `from ${origin}`, 'quiet') : ''],
          make('span', agent, 'quiet')
        ]);
      }),
      'no-refusals'
    );
  }

  function startWatch(client) {
    watched = client.id;
    byId('watched').textContent = client.id;
    byId('frames').replaceChildren();
    byId('watch').hidden = false;
    byId('watch').scrollIntoView({ block: 'nearest' });
    socket.send({ watch: client.id });
  }

  function stopWatch() {
    watched = null;
    byId('watch').hidden = true;
    socket.send({ unwatch: true });
  }

  function addFrame(className, at, text) {
    const list = byId('frames');
    const isAtEnd = list.scrollTop + list.clientHeight > list.scrollHeight - 40;
    const item = make('li', undefined, className);
    item.append(make('time', time(at)), make('code', text));
    list.append(item);
    while (list.childElementCount > MOST_FRAMES) list.firstChild.remove();
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }

  function draw() {
    const last = points.at(-1);
    if (!last) return;
    showTiles(last, points[Math.max(0, points.length - 60)]);
    showEnds(last.ends);
    showBus(last.bus);
    if (!document.hidden) for (const plot of plots) plot.draw(points, tickMs, MOST_POINTS);
  }

  function show(state, text) {
    byId('state').className = `state ${state}`;
    byId('state').textContent = text;
  }

  const socket = new io.Socket(null, {
    resource: 'operator',
    transports: ['websocket', 'server-events', 'xhr-polling'],
    rememberTransport: false
  });
  socket.on('connect', () => {
    isConnected = true;
    show('up', 'live');
    if (watched) socket.send({ watch: watched });
  });
  socket.on('disconnect', () => {
    isConnected = false;
    show('down', 'disconnected');
  });
  socket.on('connect_failed', () => show('down', 'cannot connect: log in again'));
  socket.on('reconnect_failed', () => show('down', 'cannot connect: reload the page'));
  socket.on('reconnecting', () => show('', 'reconnecting'));
  socket.on('message', (message) => {
    if (message.points) {
      points = message.points;
      tickMs = message.tickMs;
    }
    if (message.point) {
      points.push(message.point);
      points = points.slice(-MOST_POINTS);
    }
    if (message.points || message.point) draw();
    if (message.clients) showClients(message.clients);
    if (message.refusals) showRefusals(message.refusals);
    if (message.frame) {
      const { at, direction, text } = message.frame;
      addFrame(direction, at, text);
    }
    if (message.skipped) addFrame('note', Date.now(), `${message.skipped} more were not shown`);
    if (message.watched === null) addFrame('note', Date.now(), 'This session has ended.');
    if (message.kicked?.id === watched) addFrame('note', Date.now(), 'The session was ended.');
  });
  byId('unwatch').onclick = stopWatch;
  document.addEventListener('visibilitychange', draw);
  window.operator = { isConnected: () => isConnected };
  socket.connect();
})();
