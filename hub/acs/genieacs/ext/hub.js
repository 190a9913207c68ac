/** The hub, asked by GenieACS's scripts. Node's own HTTP only, for GenieACS loads it as it is. */
"use strict";
const { Agent, request } = require(process.env.GIGAFIBRE_HUB_URL.startsWith("https:") ? "https" : "http");

const HUB = process.env.GIGAFIBRE_HUB_URL.replace(/\/$/, "");
/** GenieACS gives up after three seconds, with a fault that is less clear. */
const WITHIN_MS = 2800;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** @returns what it answered, when that is 200. @throws Error saying what it was instead */
exports.ask = (method, path, body) =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${process.env.GIGAFIBRE_ACS_TOKEN}`, accept: "application/json", ...(body ? { "content-type": "application/json" } : {}) };
    const call = request(HUB + path, { method, headers, agent, timeout: WITHIN_MS }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode !== 200) return reject(new Error(`the hub answered ${answer.statusCode}`));
        resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")));
      });
    });
    call.on("timeout", () => call.destroy(new Error("the hub did not answer in time")));
    call.on("error", reject);
    call.end(body ? JSON.stringify(body) : undefined);
  });

exports.told = (promise, callback) => promise.then((value) => callback(null, value), callback);
