import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { command } from "#console/curl.js";
import { rule } from "#console/faultform.js";
import { kindOf, oftenOf } from "#console/faults.js";
import { filterOf } from "#console/filter.js";
import { parsed } from "#console/script.js";

test("values of a filter are numbered, each field from 0", () => {
  const chosen = [
    ["job_title", "Manager"],
    ["sic_code", "8082"],
    ["job_title", "Nurse"],
  ];
  assert.deepEqual(filterOf(chosen), {
    job_title: { 0: "Manager", 1: "Nurse" },
    sic_code: { 0: "8082" },
  });
});

test("a shell reads from the curl line what is to be sent", () => {
  const body = { filter: { job_title: { 0: "O'Brien `$(x)` \\ \"" } } };
  const line = command(new URL("http://localhost:9010/api/it's"), body);
  const show = `curl() { printf '%s\\0' "$@"; }; REACHAPI_KEY=k; ${line}`;
  const words = execFileSync("sh", ["-c", show], { encoding: "utf8" }).split("\0");
  assert.deepEqual(words, [
    "-s",
    "http://localhost:9010/api/it's",
    "-H",
    "X-API-Key: k",
    "-H",
    "Content-Type: application/json",
    "-d",
    JSON.stringify(body),
    "",
  ]);
});

test("words are read as the answers of an inbox", () => {
  assert.deepEqual(parsed(" 500, drop 2.5s,,"), [
    { status: 500 },
    { drop: true },
    { delay_s: 2.5 },
  ]);
});

test("no words are no answers", () => {
  assert.deepEqual(parsed(" , "), []);
});

test("a word that is no answer is refused with what can be written", () => {
  for (const word of ["maybe", "50", "5000", "s", "-1s", "1e3s"])
    assert.throws(() => parsed(`500 ${word}`), {
      message: `"${word}" is not an answer: write 500, drop or 2s.`,
    });
});

test("a fault rule has numbers where they belong, and nothing that was left empty", () => {
  const given = {
    phase: "request",
    kind: "status",
    status: "503",
    operation: "",
    account: "007",
    times: "2",
    probability: "0.5",
  };
  assert.deepEqual(rule(given), {
    phase: "request",
    kind: "status",
    status: 503,
    account: "007",
    times: 2,
    probability: 0.5,
  });
});

test("a fault rule is told in words", () => {
  assert.equal(kindOf({ kind: "status", status: 503, seconds: null }), "status 503");
  assert.equal(kindOf({ kind: "delay", status: null, seconds: 2 }), "delay 2 s");
  assert.equal(kindOf({ kind: "REORDER", status: null, seconds: null }), "REORDER");
});

test("how often a fault strikes is told in words", () => {
  const always = { times: null, probability: null, seed: null };
  assert.equal(oftenOf(always), "every time");
  assert.equal(oftenOf({ ...always, times: 2 }), "every time, at most 2 times");
  assert.equal(oftenOf({ ...always, probability: 0.5, seed: 7 }), "50 % (seed 7)");
});
