/*
 * The pages of the chat and of its transport doctor, for an http.Server. No other file is served.
 */
var fs = require('fs'),
  path = require('path');

var files = [
    '/chat.html',
    '/chat.css',
    '/style.css',
    '/doctor.html',
    '/doctor/doctor.css',
    '/doctor/page.js',
    '/doctor/examination.js',
    '/doctor/table.js',
    '/doctor/wire.js',
    '/doctor/report.js',
    '/doctor/run.js'
  ],
  types = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };

module.exports = function (req, res) {
  var asked = req.url.split('?')[0],
    file = asked === '/' ? '/chat.html' : asked;
  if (files.indexOf(file) < 0) {
    res.writeHead(404);
    res.end('404');
    return;
  }
  fs.readFile(path.join(__dirname, file), function (err, data) {
    var type = types[path.extname(file)] + '; charset=utf-8';
    res.writeHead(err ? 404 : 200, { 'Content-Type': type });
    res.end(err ? '404' : data);
  });
};
module.exports.files = files;
