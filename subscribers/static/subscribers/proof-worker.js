/* Finds the counter of an ALTCHA challenge: SHA-256(salt + nonce + counter) begins with the prefix.
   SHA-256 is written out (FIPS 180-4), because crypto.subtle answers one hash at a time, later,
   and only on https. */
"use strict";

const K = new Int32Array(64);
const START = new Int32Array(8);
{
  // The constants are the fractions of cube and square roots of the first primes.
  const fraction = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
  let found = 0;
  for (let n = 2; found < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
    if (!prime) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(n));
    K[found++] = fraction(Math.cbrt(n));
  }
}

const w = new Int32Array(64);
const state = new Int32Array(8);

/* One block is enough: salt, nonce and counter are 36 octets. */
function hashBlock(view) {
  for (let i = 0; i < 16; i++) w[i] = view.getInt32(i * 4);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15], y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] = START[0] + a; state[1] = START[1] + b; state[2] = START[2] + c; state[3] = START[3] + d;
  state[4] = START[4] + e; state[5] = START[5] + f; state[6] = START[6] + g; state[7] = START[7] + h;
}

const octets = (hex) => hex.match(/../g).map((pair) => parseInt(pair, 16));
const hex = () => Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");

function solve(challenge) {
  const { salt, nonce, keyPrefix, keyLength, algorithm, cost } = challenge.parameters;
  const head = [...octets(salt), ...octets(nonce)];
  if (algorithm !== "SHA-256" || cost !== 1 || head.length + 4 > 55) return "";
  const block = new DataView(new ArrayBuffer(64));
  head.forEach((octet, i) => block.setUint8(i, octet));
  block.setUint8(head.length + 4, 0x80);
  block.setUint32(60, (head.length + 4) * 8);
  const first = parseInt(keyPrefix.slice(0, 8), 16) | 0;
  for (let counter = 0; counter < 5000000; counter++) {
    block.setUint32(head.length, counter);
    hashBlock(block);
    if (state[0] === first && hex().startsWith(keyPrefix)) {
      const derivedKey = hex().slice(0, keyLength * 2);
      return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
    }
  }
  return "";
}

self.onmessage = (event) => self.postMessage(solve(JSON.parse(event.data)));
