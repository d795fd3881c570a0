import assert from "node:assert/strict";
import { test } from "node:test";

import {
  figure,
  readable,
  seconds,
  shortened,
  toTheSecond,
  withoutSecrets,
} from "#console/format.js";

test("a number has its thousands apart", () => {
  assert.equal(figure(1234567), "1,234,567");
});

test("seconds are told to the millisecond", () => {
  assert.equal(seconds(1234.56789), "1,234.568 s");
});

test("an instant that no date can hold is told in seconds", () => {
  assert.equal(toTheSecond(1e15), "1000000000000000 s");
});

test("JSON is indented, be it text or value", () => {
  for (const value of ['{"a":1}', { a: 1 }])
    assert.equal(readable(value), '{\n  "a": 1\n}');
});

test("a text that is no JSON stays as it is", () => {
  assert.equal(readable("{oops"), "{oops");
});

test("name and password are masked in a URL, and nothing else", () => {
  const masked = withoutSecrets("http://ann:let@me@host:80/a@b?c=@d#@");
  assert.equal(masked, "http://••••••••@host:80/a@b?c=@d#@");
  for (const url of ["http://host/a@b", "http://host/?to=a@b", ""])
    assert.equal(withoutSecrets(url), url);
});

test("a long text is cut, and how much is missing is told", () => {
  assert.equal(shortened("abc", 3), "abc");
  assert.equal(shortened("abcd".repeat(1000), 4), "abcd\n… 3,996 characters more");
});
