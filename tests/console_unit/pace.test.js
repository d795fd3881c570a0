import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { coalesced, debounced, every } from "#console/pace.js";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "setInterval"] }));
afterEach(() => mock.timers.reset());

/** Let promises that wait for nothing else come to their end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("work that is asked for while it runs is done once more", async () => {
  let runs = 0;
  const ask = coalesced(async () => (runs += 1), 200);
  for (let asked = 0; asked < 5; asked += 1) ask();
  await settled();
  assert.equal(runs, 1);
  mock.timers.tick(199);
  await settled();
  assert.equal(runs, 1);
  mock.timers.tick(1);
  await settled();
  assert.equal(runs, 2);
  mock.timers.tick(10_000);
  await settled();
  assert.equal(runs, 2);
});

test("work is never done twice at a time", async () => {
  let finish = () => {};
  let begun = 0;
  const ask = coalesced(() => {
    begun += 1;
    return new Promise((resolve) => (finish = resolve));
  }, 200);
  ask();
  ask();
  mock.timers.tick(10_000);
  await settled();
  assert.equal(begun, 1);
  finish();
  await settled();
  mock.timers.tick(200);
  await settled();
  assert.equal(begun, 2);
});

test("a debounced call waits for silence, and the last one counts", () => {
  const told = [];
  const ask = debounced((value) => told.push(value), 250);
  ask("a");
  mock.timers.tick(249);
  ask("b");
  mock.timers.tick(249);
  assert.deepEqual(told, []);
  mock.timers.tick(1);
  assert.deepEqual(told, ["b"]);
});

test("what is done every so often ends with the signal", () => {
  let ticks = 0;
  const ending = new AbortController();
  every(1000, ending.signal, () => (ticks += 1));
  mock.timers.tick(3000);
  ending.abort();
  mock.timers.tick(3000);
  assert.equal(ticks, 3);
});
