// @ts-check
/** All about one job: its figures, its attempts, its payload; and once more. */
import { control, open as opened, Refusal } from "./api.js";
import { button, h, pairs, pre } from "./dom.js";
import { instant, readable, shortened } from "./format.js";
import { attempt } from "./notice.js";
import { timeline } from "./timeline.js";
/** @import { JobRecord } from "./types.js" */
/** @import { Detail, Find } from "./detail.js" */

const idOf = (/** @type {JobRecord} */ job) => job.unique_processing_id;

/** The panel of the job that is open, if one is. */
export class Job {
  #payload = h("div");

  /** @param {Detail} side */
  constructor(side) {
    this.side = side;
  }

  /**
   * Open it.
   * @param {JobRecord} job
   * @param {Find} find
   */
  open(job, find) {
    const id = idOf(job);
    const again = () => attempt(() => control("POST", `jobs/${id}/redeliver`));
    const load = () => attempt(() => this.#load(id));
    const buttons = [
      button("Redeliver", again, { disabled: job.polled }),
      button("Show payload", load, { disabled: job.polled }),
    ];
    this.#payload = h("div", { "aria-live": "polite" });
    this.side.open(id, `Job ${id}`, find, ...buttons);
    this.side.show(job, (shown) => this.#content(shown));
  }

  /**
   * Show what has become of it.
   * @param {JobRecord[]} jobs
   */
  refresh(jobs) {
    const job = jobs.find((each) => idOf(each) === this.side.key);
    if (job) this.side.show(job, (shown) => this.#content(shown));
  }

  /** @param {JobRecord} job */
  #content(job) {
    return [
      facts(job),
      h("h3", {}, "Timeline"),
      timeline(job),
      h("h3", {}, "Filter"),
      pre(readable(job.filter), "Filter of the job"),
      this.#payload,
    ];
  }

  /** @param {number} id */
  async #load(id) {
    const answer = await opened(`jobs/${id}/payload`);
    const text = await answer.text();
    if (!answer.ok) throw new Refusal(answer.status, JSON.parse(text).error);
    const shown = shortened(readable(text));
    const heading = h("h3", {}, "Payload");
    this.#payload.replaceChildren(heading, pre(shown, "Payload of the delivery"));
  }
}

/** @param {JobRecord} job */
function facts(job) {
  return pairs([
    ["State", job.state],
    ["Account", job.account],
    ["Submitted", instant(job.created_at)],
    ["Requested", job.fetch_count],
    ["Matched", job.matched],
    ["Valid", job.valid],
    ["Charged", job.charged],
    ["Received by", job.polled ? "polling" : "webhook"],
  ]);
}
