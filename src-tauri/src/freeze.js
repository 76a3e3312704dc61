// Nothing that gets into the page may change what every object inherits. A plain `Object.freeze(Object.prototype)`
// (Tauri's `freezePrototype`) does more than that: an object could then no longer be given a `toString` or `valueOf` of
// its own by assignment, and libraries do that while they load (dayjs, in the calendar). So these few become accessors
// that give the object its own property, and only then is the prototype frozen.
(() => {
  "use strict";
  const shared = Object.prototype;
  const { defineProperty, freeze } = Object;
  for (const name of ["constructor", "hasOwnProperty", "isPrototypeOf", "toLocaleString", "toString", "valueOf"]) {
    const value = shared[name];
    defineProperty(shared, name, {
      enumerable: false,
      configurable: false,
      get() {
        return value;
      },
      set(own) {
        if (this === shared) throw new TypeError(`Object.prototype.${name} stays as it is`);
        defineProperty(this, name, { value: own, enumerable: true, configurable: true, writable: true });
      },
    });
  }
  freeze(shared);
})();
