// The clock of the server under test, when the player moves it. ES3-style, as app.js is.
//
// Timers of the library wait for this clock instead of the system's: the player and the server
// then agree about how much time has passed, however busy the machine is. Node's own timers (of
// HTTP, say) are not concerned.

var realSetTimeout = setTimeout,
  realClearTimeout = clearTimeout,
  realClearInterval = clearInterval,
  start = new Date().getTime(),
  now = 0,
  timers = [];

function Timer(callback, ms, args, isRepeated) {
  this.callback = callback;
  this.ms = Math.max(1, Math.floor(Number(ms)) || 1);
  if (this.ms > 2147483647) this.ms = 1;
  this.args = args;
  this.isRepeated = isRepeated;
  this.schedule();
}

Timer.prototype.schedule = function () {
  this.due = now + this.ms;
  timers.push(this);
  return this;
};

Timer.prototype.cancel = function () {
  for (var i = 0; i < timers.length; i++) if (timers[i] === this) timers.splice(i--, 1);
};

Timer.prototype.refresh = function () {
  this.cancel();
  return this.schedule();
};

Timer.prototype.ref = Timer.prototype.unref = function () {
  return this;
};

Timer.prototype.hasRef = function () {
  return true;
};

function create(isRepeated) {
  return function (callback, ms) {
    return new Timer(callback, ms, Array.prototype.slice.call(arguments, 2), isRepeated);
  };
}

function clear(real) {
  return function (timer) {
    if (timer instanceof Timer) timer.cancel();
    else if (timer) real(timer);
  };
}

/** The first timer that is due until `end`; undefined if none is. */
function nextUntil(end) {
  var first, i;
  for (i = 0; i < timers.length; i++) {
    if (timers[i].due <= end && (!first || timers[i].due < first.due)) first = timers[i];
  }
  return first;
}

/** Replaces the timers and clocks that modules see. */
exports.install = function () {
  global.setTimeout = create(false);
  global.setInterval = create(true);
  global.clearTimeout = clear(realClearTimeout);
  global.clearInterval = clear(realClearInterval);
  Date.now = function () {
    return start + now;
  };
  if (typeof performance !== 'undefined') {
    performance.now = function () {
      return now;
    };
  }
};

/** Lets `ms` pass; calls back when the server has read what was sent to it meanwhile. */
exports.tick = function (ms, callback) {
  var end = now + ms,
    timer;
  for (timer = nextUntil(end); timer; timer = nextUntil(end)) {
    timer.cancel();
    now = Math.max(now, timer.due);
    if (timer.isRepeated) timer.schedule();
    timer.callback.apply(global, timer.args);
  }
  now = end;
  // two turns of the event loop: in the first, what follows a timer is done
  realSetTimeout(function () {
    realSetTimeout(callback, 0);
  }, 0);
};
