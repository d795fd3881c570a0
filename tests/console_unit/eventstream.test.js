import assert from "node:assert/strict";
import { test } from "node:test";

import { events } from "#console/eventstream.js";

const STREAM = ':\n\nevent: job\r\nid: 7\r\ndata: {"ä": 1}\r\n\r\ndata: a\ndata:b\n\n';
const READ = [
  { name: "", data: "" },
  { name: "job", data: '{"ä": 1}' },
  { name: "", data: "a\nb" },
];

/** Read a stream that arrives in pieces of so many bytes. */
async function read(text, size) {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream({
    start(stream) {
      for (let at = 0; at < bytes.length; at += size)
        stream.enqueue(bytes.slice(at, at + size));
      stream.close();
    },
  });
  const found = [];
  for await (const event of events(body)) found.push(event);
  return found;
}

test("events are the same whatever pieces they come in", async () => {
  for (let size = 1; size <= STREAM.length + 1; size += 1)
    assert.deepEqual(await read(STREAM, size), READ, `pieces of ${size}`);
});

test("an event that is cut off is none", async () => {
  assert.deepEqual(await read("data: 1\n\nevent: job\ndata: 2", 100), [
    { name: "", data: "1" },
  ]);
});
