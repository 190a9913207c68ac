/** With what a device signs in at GenieACS: `cwmp-auth.txt` names this as `EXT("auth", "password", …)`. */
"use strict";
const { ask, told } = require("./hub.js");

/** A session asks twice, before the device has signed in and after; its password is the same for ever. */
const KEPT_MS = 60000;
const passwords = new Map();

exports.password = ([serial], callback) => {
  if (!passwords.has(serial)) {
    const asked = ask("GET", `/devices/${encodeURIComponent(serial)}/credential`).then(({ password }) => password);
    passwords.set(serial, asked);
    const forget = () => passwords.delete(serial);
    asked.catch(forget);
    setTimeout(forget, KEPT_MS).unref();
  }
  told(passwords.get(serial), callback);
};
