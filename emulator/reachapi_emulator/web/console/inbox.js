// @ts-check
/** The view of an inbox: deliveries that the built-in receiver got. */
import { control } from "./api.js";
import { detail, opener, opens } from "./detail.js";
import { button, h, pairs, panel, pre } from "./dom.js";
import { figure, MASK, readable, shortened, time } from "./format.js";
import { kept } from "./kept.js";
import { listen } from "./live.js";
import { attempt, say } from "./notice.js";
import { cell, fill, number, table } from "./rows.js";
import { script } from "./script.js";
import { picked } from "./state.js";
/** @import { Delivery } from "./types.js" */

export const title = "Inbox";
export const about =
  "The account's built-in webhook receiver: its deliveries, and what it answers.";
export const needsAccount = true;

const MOST = 200;
const HEADS = ["Arrival", "Time", "Event", "Job", "#Records"];

/**
 * Show it.
 * @param {Element} root
 * @param {AbortSignal} signal
 */
export function mount(root, signal) {
  const { id } = picked();
  const list = table("Deliveries", HEADS);
  const side = detail(signal);
  const cells = (/** @type {Delivery} */ each) =>
    cellsOf(each, () => open(side, each, opener(list.body, each.id)));
  const deliveries = new Deliveries(id);
  listen(["fresh"], () => deliveries.forget(), signal);
  const load = kept([], signal, async () => {
    await deliveries.load();
    list.caption.textContent = captionOf(deliveries.newest.length);
    fill(list.body, deliveries.newest, (each) => each.id, cells, () => "");
  });
  listen(["delivery"], ({ detail }) => detail.inbox === id && arrived(load), signal);
  const clear = () => attempt(() => control("DELETE", `inbox/${id}`));
  const empty = button("Clear inbox", clear, { className: "risky" });
  const content = panel(`Inbox ${id}`, h("div.row", {}, empty), list.whole);
  root.append(script(id), h("div.split", {}, content, side.whole));
}

/** What is shown: the newest deliveries, newest first. */
class Deliveries {
  /** @type {Delivery[]} */
  newest = [];

  /** @param {string} inbox */
  constructor(inbox) {
    this.path = `inbox/${inbox}?limit=${MOST}`;
  }

  /** Ask for all of them the next time. */
  forget() {
    this.newest = [];
  }

  /**
   * Ask for what has come since, a page at a time.
   * @returns {Promise<void>}
   */
  async load() {
    const known = this.newest;
    const [last] = known;
    const path = last ? `${this.path}&after=${last.id}` : this.path;
    /** @type {Delivery[]} */
    const found = await control("GET", path);
    if (known !== this.newest) return this.load();
    this.newest = [...found.reverse(), ...this.newest].slice(0, MOST);
    if (last && found.length) await this.load();
  }
}

/** @typedef {import("./detail.js").Detail} Detail */
/** @typedef {import("./detail.js").Find} Find */

/** @param {() => void} load */
function arrived(load) {
  say("A delivery has arrived");
  load();
}

/** @param {number} count */
const captionOf = (count) =>
  `${count < MOST ? "" : "The newest "}${figure(count)} deliveries, newest first`;

/**
 * @param {Delivery} delivery
 * @param {() => void} open
 */
function cellsOf(delivery, open) {
  const { id: arrival, received_at: at, body } = delivery;
  return [
    cell(opens(arrival, `Arrival ${arrival}`, open)),
    cell(time(at)),
    cell(body?.event),
    cell(body?.unique_processing_id),
    number(body?.data?.length),
  ];
}

/**
 * @param {Detail} side
 * @param {Delivery} delivery
 * @param {Find} find
 */
function open(side, delivery, find) {
  side.open(delivery.id, `Arrival ${delivery.id}`, find);
  side.show(delivery.id, () => [
    h("h3", {}, "Headers"),
    pairs(Object.entries(delivery.headers).map(hidden)),
    h("h3", {}, "Body"),
    pre(shortened(readable(delivery.body)), "Body of the delivery"),
  ]);
}

/**
 * Only the view of the account shows secrets.
 * @param {[name: string, value: string]} header
 * @returns {[name: string, value: string]}
 */
function hidden([name, value]) {
  return [name, /secret|authorization|cookie|key/i.test(name) ? MASK : value];
}
