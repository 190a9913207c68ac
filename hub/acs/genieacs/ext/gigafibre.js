/** What devices say, told to the hub, and the hub's answers: `ext("gigafibre", "inform", …)` in the provision. */
"use strict";
const { ask, told } = require("./hub.js");

const MAC = /^[0-9A-F]{12}$/;
const IP = /^(\d{1,3}\.){3}\d{1,3}$|^[0-9a-f:]*:[0-9a-f:]+$/i;
/** A script is called once a revision, so twice in a session that sets something: an answer is kept for the length of one. */
const KEPT_MS = 60000;
const answers = new Map();

/** What a device has no value for, or a strange one, is left out: the rest counts all the same. */
function clean({ mac, ip, ...said }) {
  const sound = { ...said, ...(MAC.test(mac) ? { mac } : {}), ...(IP.test(ip) ? { ip } : {}) };
  return Object.fromEntries(Object.entries(sound).filter(([, value]) => value !== ""));
}

/** null for a device that the hub does not know or that has no service: it keeps what it has. */
exports.inform = ([serial, session, said], callback) => {
  const key = `${serial} ${session}`;
  if (!answers.has(key)) {
    answers.set(key, ask("POST", `/devices/${encodeURIComponent(serial)}/informs`, clean(JSON.parse(said))));
    setTimeout(() => answers.delete(key), KEPT_MS).unref();
  }
  told(
    answers.get(key).then(({ wanted }) => wanted),
    callback,
  );
};

exports.activated = ([serial, hash, firmware], callback) =>
  told(
    ask("POST", `/devices/${encodeURIComponent(serial)}/activated`, { hash, ...(firmware ? { firmware } : {}) }).then(() => true),
    callback,
  );
