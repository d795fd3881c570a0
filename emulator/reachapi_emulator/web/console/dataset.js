// @ts-check
/** The view of the data: a filter, how many match, the first of them, and curl. */
import { vendor } from "./api.js";
import { curl } from "./curl.js";
import { h, panel } from "./dom.js";
import { figure } from "./format.js";
import { Filter } from "./filter.js";
import { background } from "./notice.js";
import { debounced } from "./pace.js";
import { cell, fill, table } from "./rows.js";
import { picked } from "./state.js";
/** @import { FilterForm } from "./types.js" */

export const title = "Data set";
export const about =
  "Sends requests as a client would, with the account's key: they appear in the " +
  "journal, count against the rate limit, and cost no credits.";
export const needsAccount = true;

const PATH = "/api/v2/request/records/count";
const SHOWN = [
  "id",
  "contact_job_title_1",
  "company_address_city",
  "company_address_state",
  "company_address_country",
];
const HEADS = ["ID", "Job title", "City", "State", "Country"];

/**
 * Show it.
 * @param {Element} root
 * @param {AbortSignal} signal
 */
export function mount(root, signal) {
  const result = new Result(signal);
  const lines = curl();
  const count = debounced(
    (/** @type {FilterForm} */ wanted) => signal.aborted || result.ask(wanted),
  );
  const filter = new Filter(signal, (wanted) => {
    lines.show(wanted);
    count(wanted);
  });
  const left = h("div", {}, panel("Filter", filter.whole), lines.whole);
  root.append(h("div.columns", {}, left, result.whole));
  filter.changed();
}

/** The count, and the masked records that come with it. */
class Result {
  #count = h("span.count");
  #told = h("p", { role: "status" }, this.#count, " contacts match");
  #list = table("First records; ReachAPI masks everything else", HEADS);
  whole = panel("Result", this.#told, this.#list.whole);
  #asked = 0;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.signal = signal;
  }

  /**
   * Ask for the count; of several answers the last question's is shown.
   * @param {FilterForm} filter
   */
  ask(filter) {
    const mine = ++this.#asked;
    return background(async () => {
      const answer = await vendor("POST", PATH, picked().api_key, {
        form: { filter },
        signal: this.signal,
      });
      if (mine === this.#asked) this.#show(answer);
    });
  }

  /** @param {{status: number, message: string, data: any}} answer */
  #show({ status, message, data }) {
    if (status !== 200) throw new Error(`${status} ${message}`);
    this.#count.textContent = figure(data.counts);
    /** @type {VendorRecord[]} */
    const records = data.records;
    fill(this.#list.body, records, ({ id }) => id, cells);
  }
}

/** @typedef {Record<string, any>} VendorRecord */

/** @param {VendorRecord} record */
const cells = (record) => SHOWN.map((name) => cell(record[name]));
