// @ts-check
/** The view of clocks: the one of all, and the account's own. */
import { control } from "./api.js";
import { button, form, h, pairs, panel } from "./dom.js";
import { badge, instant, seconds } from "./format.js";
import { kept } from "./kept.js";
import { every } from "./pace.js";
import { cell, fill, table } from "./rows.js";
import { change, now, readClock, state } from "./state.js";
/** @import { JobRecord, ReadClock } from "./types.js" */

export const title = "Clock";
export const about =
  "Validation, retries and the rate limit use this clock. It never goes backwards.";

const JUMPS = [1, 5, 15, 60, 300];
const MOST = 100;

/**
 * Show it.
 * @param {Element} root
 * @param {AbortSignal} signal
 */
export function mount(root, signal) {
  const everyone = face("Global clock", "clock", signal);
  if (!state.account) return root.append(everyone);
  const { id } = state.account;
  const path = `accounts/${id}/clock`;
  const mine = face(`Clock of ${id}`, path, signal, ...following(id, path));
  return root.append(h("div.columns", {}, mine, everyone), due(id, path, signal));
}

/**
 * @param {string} id
 * @param {string} path
 */
function following(id, path) {
  const text = `Freezing or advancing it gives ${id} a clock of its own.`;
  const follow = () => change(() => control("DELETE", path));
  return [h("p.quiet", {}, text), button("Follow the global clock", follow)];
}

/**
 * @param {string} name
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {...Node} more
 */
function face(name, path, signal, ...more) {
  const reading = h("div");
  /** @type {ReadClock | null} */
  let clock = null;
  const toggle = button("", () =>
    change(() => control("PATCH", path, { frozen: !clock?.frozen })),
  );
  const show = () => clock && shown(clock, reading, toggle);
  kept(["clock"], signal, async () => {
    clock = await readClock(path);
    show();
  });
  every(1000, signal, show);
  const buttons = h("div.row", {}, toggle, ...jumps(path));
  return panel(name, reading, buttons, jump(path), ...more);
}

/**
 * @param {ReadClock} clock
 * @param {Element} reading
 * @param {Element} toggle
 */
function shown(clock, reading, toggle) {
  toggle.textContent = clock.frozen ? "Resume" : "Freeze";
  const word = clock.frozen ? badge("frozen", "warn") : badge("running", "good");
  const time = instant(now(clock));
  reading.replaceChildren(pairs([["Time", time], ["State", word]]));
}

/**
 * @param {string} path
 * @param {number} by seconds
 */
function advance(path, by) {
  return change(() => control("POST", `${path}/advance`, { seconds: by }));
}

/** @param {string} path */
function jumps(path) {
  const text = (/** @type {number} */ by) => (by < 60 ? `+${by} s` : `+${by / 60} min`);
  return JUMPS.map((by) => button(text(by), () => advance(path, by)));
}

/** @param {string} path */
function jump(path) {
  const by = h("input", { name: "seconds", type: "number", min: 0, required: true });
  by.step = "any";
  const submit = h("button", { type: "submit" }, "Advance");
  /** @param {{seconds: string}} form */
  const send = ({ seconds: given }) => advance(path, Number(given));
  return form(send, {}, h("label", {}, "Seconds", by), submit);
}

/**
 * @param {string} id
 * @param {string} path
 * @param {AbortSignal} signal
 */
function due(id, path, signal) {
  const list = table("Nothing is due", ["Job", "State", "Due", "In", "Jump"]);
  kept(["job", "attempt", "clock"], signal, async () => {
    const clock = await readClock(path);
    /** @type {JobRecord[]} */
    const jobs = await control("GET", `jobs?account=${id}`);
    const waiting = jobs.filter((job) => job.due_at !== null).slice(0, MOST);
    const left = (/** @type {JobRecord} */ job) => leftOf(job, clock);
    const cells = (/** @type {JobRecord} */ job) =>
      cellsOf(job, left(job), () => advanceTo(job, path));
    const stamp = (/** @type {JobRecord} */ job) => JSON.stringify([job, left(job)]);
    const some = "Jobs waiting until they are due";
    list.caption.textContent = waiting.length ? some : "Nothing is due";
    fill(list.body, waiting, (job) => job.unique_processing_id, cells, stamp);
  });
  return panel("What is due", list.whole);
}

/**
 * @param {JobRecord} job
 * @param {ReadClock} clock
 */
const leftOf = ({ due_at: at }, clock) => Math.max(0, Number(at) - now(clock));

/**
 * @param {JobRecord} job
 * @param {string} path
 */
function advanceTo(job, path) {
  return change(async () => {
    const by = leftOf(job, await readClock(path));
    await control("POST", `${path}/advance`, { seconds: by });
  });
}

/**
 * @param {JobRecord} job
 * @param {number} left seconds
 * @param {() => void} jump
 */
function cellsOf({ unique_processing_id: id, state: word, due_at: at }, left, jump) {
  const there = button("Advance to it", jump);
  there.setAttribute("aria-label", `Advance to job ${id}`);
  return [
    cell(id),
    cell(word),
    cell(instant(at), "when"),
    cell(seconds(left)),
    cell(there),
  ];
}
