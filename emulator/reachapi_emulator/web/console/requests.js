// @ts-check
/** The view of requests: what the client under test sends, as it arrives. */
import { control } from "./api.js";
import { confirmed } from "./dialog.js";
import { detail, opener, opens } from "./detail.js";
import { button, h, panel, select } from "./dom.js";
import { figure, status, time } from "./format.js";
import { kept } from "./kept.js";
import { listen } from "./live.js";
import { attempt, say } from "./notice.js";
import { debounced, perFrame } from "./pace.js";
import { openRequest } from "./request.js";
import { cell, fill, number, table } from "./rows.js";
import { state } from "./state.js";
/** @import { JournalEntry } from "./types.js" */

export const title = "Requests";
export const about =
  "Requests that clients have sent to the API. Keys and secrets are masked.";

const MOST = 500;
const OPERATIONS = ["presets", "credits", "counts", "fetch", "batch", "sdk"];
const STATUSES = [200, 400, 401, 402, 403, 404, 405, 413, 429, 500];
const HEADS = [
  "ID",
  "Time",
  "Status",
  "Request",
  "Message",
  "#ms",
  "Fault",
  "Operation",
  "Account",
];

/**
 * Show it.
 * @param {Element} root
 * @param {AbortSignal} signal
 */
export function mount(root, signal) {
  const list = table("Requests, newest first", HEADS);
  const side = detail(signal);
  const filter = filters(() => load());
  const rows = new Requests(filter);
  const draw = perFrame(() => {
    rows.caption(list.caption);
    fill(list.body, rows.newest, ({ id }) => id, cells, () => "");
  });
  const cells = (/** @type {JournalEntry} */ request) =>
    cellsOf(request, () => openRequest(side, request, opener(list.body, request.id)));
  const load = kept([], signal, () => rows.load().then(draw));
  listen(["request"], ({ detail }) => rows.add(detail) && draw(), signal);
  const clear = () => emptied(load);
  const empty = button("Clear requests", clear, { className: "risky" });
  const controls = h("div.row", {}, ...filter.fields, empty);
  const content = panel("Journal", controls, list.whole);
  root.append(h("div.split", {}, content, side.whole));
}

/** The requests that are shown: the newest that fit the filter, newest first. */
export class Requests {
  /** @type {JournalEntry[]} */
  newest = [];
  #evicted = 0;
  /** @type {JournalEntry[] | null} */
  #waiting = null;
  #fresh = 0;
  #told = debounced(() => {
    say(`${this.#fresh} new requests`);
    this.#fresh = 0;
  }, 1000);

  /** @param {{values: () => Record<string, string>}} filter */
  constructor(filter) {
    this.filter = filter;
  }

  /** Ask for them; what arrives meanwhile is put on top. */
  async load() {
    /** @type {JournalEntry[]} */
    const waiting = (this.#waiting = []);
    const wanted = { ...this.filter.values(), limit: String(MOST) };
    const query = new URLSearchParams(wanted);
    try {
      /** @type {{evicted: number, requests: JournalEntry[]}} */
      const { evicted, requests } = await control("GET", `requests?${query}`);
      const known = new Set(requests.map(({ id }) => id));
      const late = waiting.filter(({ id }) => !known.has(id));
      this.newest = [...requests, ...late].reverse().slice(0, MOST);
      this.#evicted = evicted;
    } finally {
      this.#waiting = null;
    }
  }

  /**
   * Put one on top; tell whether it fits.
   * @param {JournalEntry} request
   */
  add(request) {
    /** @type {Record<string, unknown>} */
    const told = { ...request };
    const wanted = Object.entries(this.filter.values());
    if (!wanted.every(([name, value]) => String(told[name]) === value)) return false;
    this.#waiting?.push(request);
    this.newest.unshift(request);
    this.newest.length = Math.min(this.newest.length, MOST);
    this.#fresh += 1;
    this.#told();
    return true;
  }

  /** @param {Element} element */
  caption(element) {
    const count = `${figure(this.newest.length)} requests, newest first`;
    const evicted = figure(this.#evicted);
    const gone = this.#evicted ? `; ${evicted} older ones were dropped` : "";
    element.textContent = `${count}, at most ${MOST}${gone}`;
  }
}

/** @param {() => void} changed */
function filters(changed) {
  const any = (/** @type {(string | number)[]} */ values) => [
    ["", "any"],
    ...values.map((each) => [each, each]),
  ];
  const operation = select(any(OPERATIONS), { onchange: changed });
  const answer = select(any(STATUSES), { onchange: changed });
  const everyone = h("input", { type: "checkbox", onchange: changed });
  const fields = [
    h("label", {}, "Operation", operation),
    h("label", {}, "Status", answer),
    h("label", {}, everyone, "All accounts"),
  ];
  const values = () => {
    const account = everyone.checked ? "" : (state.account?.id ?? "");
    const asked = { account, operation: operation.value, status: answer.value };
    return Object.fromEntries(Object.entries(asked).filter(([, value]) => value));
  };
  return { fields, values };
}

/**
 * @param {JournalEntry} request
 * @param {() => void} open
 */
function cellsOf(request, open) {
  const { id, at, account, operation, method, path } = request;
  return [
    cell(opens(id, `Request ${id}`, open)),
    cell(time(at)),
    cell(status(request.status)),
    cell(`${method} ${path}`, "path"),
    cell(request.message),
    number(request.duration_ms),
    cell(request.fault),
    cell(operation ?? "–"),
    cell(account ?? "–"),
  ];
}

/** @param {() => void} load */
async function emptied(load) {
  const text = "This empties the journal of all accounts.";
  if (await confirmed("Clear requests", text, "Clear"))
    await attempt(() => control("DELETE", "requests").then(load));
}
