/** With what a device signs in at GenieACS: `AUTH(DeviceID.SerialNumber, EXT("auth", "password", DeviceID.SerialNumber))` as `cwmp.auth`. */
"use strict";
const { ask, told } = require("./hub.js");

exports.password = ([serial], callback) =>
  told(
    ask("GET", `/devices/${encodeURIComponent(serial)}/credential`).then(({ password }) => password),
    callback,
  );
