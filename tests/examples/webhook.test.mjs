// A test in JavaScript: `node --test`, with an emulator at REACHAPI_URL.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

const url = process.env.REACHAPI_URL ?? "http://127.0.0.1:9010";

async function send(method, path, body, headers = {}) {
  const answer = await fetch(url + path, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

const control = (method, path, body) => send(method, `/_emulator${path}`, body);

// The code under test.
async function fetchContacts(apiKey, count) {
  const body = { fetchCount: count, filter: { job_title_level: { 0: "C-Suite" } } };
  const headers = { "X-API-Key": apiKey };
  const { data } = await send("POST", "/api/v2/async/records/filter", body, headers);
  return data.unique_processing_id;
}

test("a delivery that failed comes again, a second later", async () => {
  const key = `test-${randomUUID()}`; // an account of its own
  await control("POST", "/accounts", { id: key });
  await control("PATCH", `/accounts/${key}/clock`, { frozen: true });
  await control("PUT", `/inbox/${key}/script`, [{ status: 500 }]);

  const id = await fetchContacts(key, 3);
  await control("POST", `/accounts/${key}/clock/advance`, { seconds: 1 });
  await control("POST", `/jobs/${id}/wait`, { attempts: 1 });
  await control("POST", `/accounts/${key}/clock/advance`, { seconds: 1 });
  const job = await control("POST", `/jobs/${id}/wait`, { state: "delivered" });

  assert.deepEqual(job.attempts.map((attempt) => attempt.status), [500, 200]);
  const [first, second] = await control("GET", `/inbox/${key}`);
  assert.equal(first.body.data.length, 3);
  assert.deepEqual(second.body, first.body);
});
