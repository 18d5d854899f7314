// What all parts of the doctor need. They are written as pages were in 2011, so that they run
// wherever the client does; each makes one global function or object, this one a few.
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
