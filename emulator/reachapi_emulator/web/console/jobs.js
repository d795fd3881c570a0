// @ts-check
/** The view of jobs: what was asked for, and how its delivery goes. */
import { control } from "./api.js";
import { detail, opener, opens } from "./detail.js";
import { h, panel, select } from "./dom.js";
import { badge, figure, time } from "./format.js";
import { Job } from "./job.js";
import { kept } from "./kept.js";
import { listen } from "./live.js";
import { say } from "./notice.js";
import { cell, fill, number, table } from "./rows.js";
import { state } from "./state.js";
/** @import { JobRecord } from "./types.js" */

export const title = "Jobs";
export const about = "Data requests: validated, then delivered or polled for.";

const MOST = 200;
const STATES = [
  "submitted",
  "validating",
  "delivering",
  "delivered",
  "exhausted",
  "ready",
];
/** @type {Record<string, string>} */
const MOODS = {
  delivering: "warn",
  delivered: "good",
  exhausted: "bad",
  ready: "good",
};
const HEADS = [
  "ID",
  "State",
  "Submitted",
  "#Requested",
  "#Valid",
  "#Charged",
  "#Attempts",
  "Due",
  "#Matched",
  "Account",
];

/**
 * Show it.
 * @param {Element} root
 * @param {AbortSignal} signal
 */
export function mount(root, signal) {
  const list = table("Jobs", HEADS);
  const job = new Job(detail(signal));
  const filter = filters(() => load());
  const cells = (/** @type {JobRecord} */ each) =>
    cellsOf(each, () => job.open(each, opener(list.body, idOf(each))));
  const load = kept(["job", "attempt"], signal, async () => {
    /** @type {JobRecord[]} */
    const jobs = await control("GET", `jobs?${filter.query()}`);
    list.caption.textContent = captionOf(jobs.length);
    fill(list.body, jobs.slice().reverse(), idOf, cells);
    job.refresh(jobs);
  });
  listen(["job"], ({ detail: told }) => say(newsOf(told)), signal);
  const controls = h("div.row", {}, ...filter.fields);
  const content = panel("Data requests", controls, list.whole);
  root.append(h("div.split", {}, content, job.side.whole));
}

const idOf = (/** @type {JobRecord} */ job) => job.unique_processing_id;
const newsOf = (/** @type {JobRecord} */ job) => `Job ${idOf(job)}: ${job.state}`;
const captionOf = (/** @type {number} */ count) =>
  `${count < MOST ? "" : "The newest "}${figure(count)} jobs, newest first`;

/** @param {() => void} changed */
function filters(changed) {
  const states = [["", "any"], ...STATES.map((each) => [each, each])];
  const wanted = select(states, { onchange: changed });
  const everyone = h("input", { type: "checkbox", onchange: changed });
  const query = () => {
    const account = everyone.checked ? "" : (state.account?.id ?? "");
    const asked = { account, state: wanted.value, limit: String(MOST) };
    return new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
  };
  const fields = [
    h("label", {}, "State", wanted),
    h("label", {}, everyone, "All accounts"),
  ];
  return { fields, query };
}

/**
 * @param {JobRecord} job
 * @param {() => void} open
 */
function cellsOf(job, open) {
  const id = idOf(job);
  return [
    cell(opens(id, `Job ${id}`, open)),
    cell(badge(job.state, MOODS[job.state])),
    cell(time(job.created_at)),
    number(job.fetch_count),
    number(job.valid),
    number(job.charged),
    number(job.attempts.length),
    cell(time(job.due_at)),
    number(job.matched),
    cell(job.account),
  ];
}
