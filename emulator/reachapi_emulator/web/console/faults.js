// @ts-check
/** The view of fault rules: what goes wrong, how, and how often it did. */
import { control } from "./api.js";
import { button, panel } from "./dom.js";
import { seconds } from "./format.js";
import { faultForm } from "./faultform.js";
import { kept } from "./kept.js";
import { attempt } from "./notice.js";
import { cell, fill, number, table } from "./rows.js";
/** @import { FaultRule } from "./types.js" */

export const title = "Faults";
export const about =
  "Rules that make requests and deliveries fail. The oldest that matches is triggered.";

const HEADS = [
  "ID",
  "Applies to",
  "Kind",
  "Operation",
  "Account",
  "How often",
  "#Triggered",
  "Remove",
];

/**
 * Show it.
 * @param {Element} root
 * @param {AbortSignal} signal
 */
export function mount(root, signal) {
  const list = table("Fault rules, oldest first", HEADS);
  const load = kept(["fault"], signal, async () => {
    /** @type {FaultRule[]} */
    const rules = await control("GET", "faults");
    const none = "No fault rules";
    list.caption.textContent = rules.length ? "Fault rules, oldest first" : none;
    fill(list.body, rules, ({ id }) => id, (rule) => cells(rule, load));
  });
  const clear = () => attempt(() => control("DELETE", "faults").then(load));
  const all = button("Remove all", clear, { className: "risky" });
  root.append(panel("New rule", faultForm(load)), panel("Rules", list.whole, all));
}

/**
 * @param {FaultRule} rule
 * @param {() => void} load
 */
function cells(rule, load) {
  const remove = () => attempt(() => control("DELETE", `faults/${rule.id}`).then(load));
  return [
    cell(rule.id),
    cell(rule.phase === "webhook" ? "deliveries" : "requests"),
    cell(kindOf(rule)),
    cell(rule.operation ?? "any"),
    cell(rule.account ?? "any"),
    cell(oftenOf(rule)),
    number(rule.struck),
    cell(button("Remove", remove, { "aria-label": `Remove fault ${rule.id}` })),
  ];
}

/**
 * Tell what a rule does.
 * @param {Pick<FaultRule, "kind" | "status" | "seconds">} rule
 */
export function kindOf({ kind, status, seconds: wait }) {
  if (kind === "status") return `status ${status}`;
  return wait === null ? kind : `${kind} ${seconds(wait)}`;
}

/**
 * Tell how often a rule strikes.
 * @param {Pick<FaultRule, "times" | "probability" | "seed">} rule
 */
export function oftenOf({ times, probability, seed }) {
  const chance =
    probability === null ? "every time" : `${probability * 100} % (seed ${seed})`;
  return times === null ? chance : `${chance}, at most ${times} times`;
}
