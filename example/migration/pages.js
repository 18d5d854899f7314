/*
 * The pages of the examples in this folder: `/` is the page of 2011, `/new` is the page of today.
 */
const page = (title, script, code) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${title}</title>
    <link rel="icon" href="data:," />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
  </head>
  <body>
    <h1>${title}</h1>
    <form id="form"><input id="text" aria-label="Message" autocomplete="off" /></form>
    <div id="lines" role="log"></div>
    <script src="${script}"></script>
    <script>
      function show(message) {
        var line = document.createElement('p');
        line.appendChild(document.createTextNode(message.from + ': ' + message.text));
        document.getElementById('lines').appendChild(line);
      }
${code}
      document.getElementById('form').onsubmit = function () {
        var input = document.getElementById('text');
        say(input.value);
        input.value = '';
        return false;
      };
    </script>
  </body>
</html>
`;

// The page of 2011. No step changes it.
const OLD = `
      var socket = new io.Socket();
      socket.on('message', show);
      socket.connect();
      function say(text) {
        socket.send(text);
      }
`;

// The same page with the official client: messages as before.
const MOVED = `
      var socket = io();
      socket.on('message', show);
      function say(text) {
        socket.send(text);
      }
`;

// Later it uses named events and acknowledgements.
const NAMED = `
      const socket = io();
      socket.on('message', show);
      async function say(text) {
        const answer = await socket.emitWithAck('say', text);
        show({ from: 'server', text: answer });
      }
`;

const NEW_SCRIPT = '/socket.io/socket.io.min.js';
const PAGES = {
  old: page('The page of 2011', '/socket.io/socket.io.js', OLD),
  moved: page('The page of today', NEW_SCRIPT, MOVED),
  named: page('The page of today', NEW_SCRIPT, NAMED)
};

/** Returns an app that serves pages by their paths: `serve({ '/': 'old' })`. */
exports.serve = (paths) => (req, res) => {
  const body = PAGES[paths[req.url]];
  res.writeHead(body ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' });
  res.end(body);
};

/** Listens, and prints the addresses of the pages. */
exports.start = (server, paths) => {
  server.listen(process.env.PORT || 8080, () => {
    const { port } = server.address();
    const urls = Object.keys(paths).map((path) => `http://localhost:${port}${path}`);
    console.log(`Listening at ${urls.join(' and ')}`);
  });
};
