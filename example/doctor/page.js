// Functions for all parts of the doctor. The scripts are written as in 2011, so that they run in all
// browsers of the client. Each defines one global function or object; this one defines a few.
function byId(id) {
  return document.getElementById(id);
}

function element(tag, className, text) {
  var made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.appendChild(document.createTextNode(text));
  return made;
}

function put(target, text) {
  target.innerHTML = '';
  target.appendChild(document.createTextNode(text));
}

function now() {
  return window.performance && performance.now ? performance.now() : +new Date();
}

function ms(value) {
  if (value === undefined) return '';
  return (value < 10 ? value.toFixed(1) : Math.round(value)) + '\u00a0ms';
}
