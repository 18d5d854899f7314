/*
 * The native module node-proxy, in terms of the Proxy that the language has had since 2015: a
 * handler of the proposal of 2010 goes in.
 */
exports.create = function (handler, prototype) {
  return new Proxy(Object.create(prototype || null), {
    get: function (_target, name, receiver) {
      return typeof name === 'symbol' ? undefined : handler.get(receiver, name);
    },
    set: function (_target, name, value, receiver) {
      handler.set(receiver, name, value);
      return true;
    },
    has: function (_target, name) {
      return handler.hasOwn(name);
    },
    ownKeys: function () {
      return handler.enumerate();
    },
    getOwnPropertyDescriptor: function (target, name) {
      if (!handler.hasOwn(name)) return undefined;
      var value = handler.get(target, name);
      return { value: value, enumerable: true, configurable: true, writable: true };
    },
    deleteProperty: function (_target, name) {
      handler.delete(name);
      return true;
    }
  });
};
