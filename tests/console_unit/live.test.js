import assert from "node:assert/strict";
import { test } from "node:test";

import { kept } from "#console/kept.js";
import { listen, tell } from "#console/live.js";
import { now } from "#console/state.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("listeners hear until their signal", () => {
  const heard = [];
  const ending = new AbortController();
  listen(["a", "b"], ({ detail }) => heard.push(detail), ending.signal);
  tell("a", 1);
  tell("b", 2);
  tell("c", 3);
  ending.abort();
  tell("a", 4);
  assert.deepEqual(heard, [1, 2]);
});

test("what is kept is loaded at once, at its events, and not after its signal", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let loads = 0;
  const ending = new AbortController();
  kept(["job"], ending.signal, async () => (loads += 1));
  const after = async (name) => {
    if (name) tell(name);
    t.mock.timers.tick(200);
    await settled();
    return loads;
  };
  await settled();
  assert.equal(await after(), 1);
  assert.equal(await after("clock"), 1);
  assert.equal(await after("job"), 2);
  assert.equal(await after("fresh"), 3);
  tell("job");
  ending.abort();
  assert.equal(await after("job"), 3);
});

test("a clock goes on from when it was read, unless it is frozen", (t) => {
  t.mock.method(performance, "now", () => 5_000);
  assert.equal(now({ frozen: false, now: 100, read: 2_000 }), 103);
  assert.equal(now({ frozen: true, now: 100, read: 2_000 }), 100);
});
