import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Requests } from "#console/requests.js";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

const MOST = 500;
const ids = (requests) => requests.newest.map(({ id }) => id);
const list = (values = {}) => new Requests({ values: () => values });

/** Let the journal have these requests; `meanwhile` happens before it answers. */
function answer(requests, meanwhile = () => {}) {
  globalThis.document = { baseURI: "http://localhost/_emulator/" };
  globalThis.sessionStorage = { getItem: () => null };
  mock.method(globalThis, "fetch", async () => {
    meanwhile();
    return Response.json({ evicted: 3, requests });
  });
}

test("the newest requests are kept, newest first", () => {
  const requests = list();
  for (let id = 1; id <= MOST + 2; id += 1) requests.add({ id });
  const kept = Array.from({ length: MOST }, (_, index) => MOST + 2 - index);
  assert.deepEqual(ids(requests), kept);
});

test("a request that does not fit the filter is not shown", () => {
  const requests = list({ account: "demo", status: "404" });
  assert.equal(requests.add({ id: 1, account: "demo", status: 200 }), false);
  assert.equal(requests.add({ id: 2, account: null, status: 404 }), false);
  assert.equal(requests.add({ id: 3, account: "demo", status: 404 }), true);
  assert.deepEqual(ids(requests), [3]);
});

test("what arrives while the list is asked for is on top, once", async () => {
  const requests = list();
  answer([{ id: 1 }, { id: 2 }], () => {
    requests.add({ id: 2 });
    requests.add({ id: 3 });
  });
  await requests.load();
  assert.deepEqual(ids(requests), [3, 2, 1]);
});

test("the caption tells how many there are, and how many had to go", async () => {
  const requests = list();
  const caption = { textContent: "" };
  answer([{ id: 1 }]);
  await requests.load();
  requests.caption(caption);
  assert.equal(
    caption.textContent,
    "1 requests, newest first, at most 500; 3 older ones were dropped",
  );
});
