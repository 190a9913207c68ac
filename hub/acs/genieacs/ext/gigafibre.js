/**
 * The hub's answers for GenieACS's scripts: `ext("gigafibre", "provision", …)`. Called once a revision, so twice in a session that sets something:
 * an answer is kept for a moment. Node's own HTTP only, for GenieACS loads it as it is.
 */
"use strict";
const { request } = require(process.env.GIGAFIBRE_HUB_URL.startsWith("https:") ? "https" : "http");

const HUB = process.env.GIGAFIBRE_HUB_URL.replace(/\/$/, "");
/** GenieACS gives up after three seconds, with a fault that is less clear. */
const WITHIN_MS = 2800;

function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${process.env.GIGAFIBRE_ACS_TOKEN}`, accept: "application/json", ...(body ? { "content-type": "application/json" } : {}) };
    const call = request(HUB + path, { method, headers, timeout: WITHIN_MS }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString("utf8") }));
    });
    call.on("timeout", () => call.destroy(new Error("the hub did not answer in time")));
    call.on("error", reject);
    call.end(body ? JSON.stringify(body) : undefined);
  });
}

const told = (promise, callback) => promise.then((value) => callback(null, value), callback);

/** null for a device that the hub does not know or that has no service: it keeps what it has. */
exports.provision = ([serial, query], callback) =>
  told(
    ask("GET", `/devices/${encodeURIComponent(serial)}/provision?${new URLSearchParams(JSON.parse(query))}`).then(({ status, text }) => {
      if (status === 404 || status === 409) return null;
      if (status !== 200) throw new Error(`the hub answered ${status}`);
      return JSON.parse(text);
    }),
    callback,
  );

exports.activated = ([serial, hash, firmware], callback) =>
  told(
    ask("POST", `/devices/${encodeURIComponent(serial)}/activated`, { hash, ...(firmware ? { firmware } : {}) }).then(({ status }) => {
      if (status !== 200) throw new Error(`the hub answered ${status}`);
      return true;
    }),
    callback,
  );
