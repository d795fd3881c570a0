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
  const cells = (/** @type {Numbered} */ each) =>
    cellsOf(each, () => open(side, each, opener(list.body, each.number)));
  const load = kept([], signal, async () => {
    /** @type {Delivery[]} */
    const deliveries = await control("GET", `inbox/${id}`);
    const all = deliveries.map(numbered);
    list.caption.textContent = captionOf(all.length);
    const shown = all.slice(-MOST).reverse();
    const stamp = (/** @type {Numbered} */ each) => String(each.received_at);
    fill(list.body, shown, (each) => each.number, cells, stamp);
  });
  listen(["delivery"], ({ detail }) => detail.inbox === id && arrived(load), signal);
  const clear = () => attempt(() => control("DELETE", `inbox/${id}`).then(load));
  const empty = button("Clear inbox", clear, { className: "risky" });
  const content = panel(`Inbox ${id}`, h("div.row", {}, empty), list.whole);
  root.append(script(id), h("div.split", {}, content, side.whole));
}

/** @typedef {ReturnType<typeof numbered>} Numbered */
/** @typedef {import("./detail.js").Detail} Detail */
/** @typedef {import("./detail.js").Find} Find */

/**
 * @param {Delivery} delivery
 * @param {number} index
 */
const numbered = (delivery, index) => ({ ...delivery, number: index + 1 });

/** @param {() => void} load */
function arrived(load) {
  say("A delivery has arrived");
  load();
}

/** @param {number} count */
const captionOf = (count) =>
  `${figure(count)} deliveries, newest first${count > MOST ? `, ${MOST} of them` : ""}`;

/**
 * @param {Numbered} delivery
 * @param {() => void} open
 */
function cellsOf(delivery, open) {
  const { number: arrival, received_at: at, body } = delivery;
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
 * @param {Numbered} delivery
 * @param {Find} find
 */
function open(side, delivery, find) {
  side.open(delivery.number, `Arrival ${delivery.number}`, find);
  side.show(delivery.number, () => [
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
