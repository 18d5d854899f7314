/*
 * Loaded in front of a program of 2011: what Node itself has moved since, and a free port of the
 * loopback in place of the one that the program names, which it prints as `PORT n`.
 */
var EventEmitter = require('events').EventEmitter;
var fs = require('fs');
var net = require('net');
var path = require('path');

path.existsSync = fs.existsSync;

/* What inherited from an emitter had listeners of its own, even if it did not call its constructor. */
var on = EventEmitter.prototype.on;
EventEmitter.prototype.on = EventEmitter.prototype.addListener = function () {
  if (!Object.prototype.hasOwnProperty.call(this, '_events')) EventEmitter.init.call(this);
  return on.apply(this, arguments);
};

var listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port) {
  if (typeof port !== 'number' || port < 1024) return listen.apply(this, arguments);
  this.once('listening', function () {
    console.log('PORT ' + this.address().port);
  });
  /* At that time the address was known at once. */
  var address = this.address;
  this.address = function () {
    return address.call(this) || { port: port };
  };
  return listen.call(this, 0, '127.0.0.1');
};
