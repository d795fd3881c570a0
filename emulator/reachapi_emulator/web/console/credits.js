// @ts-check
/** The credits of an account, and every change of them. */
import { control } from "./api.js";
import { form, h, pairs, panel } from "./dom.js";
import { figure, instant } from "./format.js";
import { kept } from "./kept.js";
import { listen } from "./live.js";
import { cell, fill, number, table } from "./rows.js";
import { change, each, picked, state } from "./state.js";
/** @import { LedgerEntry } from "./types.js" */

const MOST = 200;

/**
 * Make the panel.
 * @param {AbortSignal} signal
 */
export function credits(signal) {
  const summary = h("div");
  each(signal, () => state.account && summary.replaceChildren(figures()));
  return panel("Credits", summary, setting(), ledger(picked().id, signal));
}

function figures() {
  const { credits: balance, reserved } = picked();
  return pairs([
    ["Balance", figure(balance)],
    ["Reserved", figure(reserved)],
    ["Available", figure(balance - reserved)],
  ]);
}

function setting() {
  const amount = h("input", { name: "credits", type: "number", min: 0 });
  amount.required = true;
  const submit = h("button", { type: "submit" }, "Set balance");
  return form(set, {}, h("label", {}, "New balance", amount), submit);
}

/**
 * @param {{credits: string}} given
 * @param {HTMLFormElement} fields
 */
function set({ credits: amount }, fields) {
  const path = `accounts/${picked().id}`;
  return change(async () => {
    await control("PATCH", path, { credits: Number(amount) });
    fields.reset();
  });
}

/**
 * @param {string} id
 * @param {AbortSignal} signal
 */
function ledger(id, signal) {
  const heads = ["Time", "#Change", "#Balance", "Reason", "Job"];
  const { whole, body } = table(`Ledger, newest first, at most ${MOST}`, heads);
  const load = kept([], signal, async () => {
    /** @type {LedgerEntry[]} */
    const entries = await control("GET", `accounts/${id}/ledger?limit=${MOST}`);
    fill(body, entries.reverse(), (entry) => entry.id, cells);
  });
  const isMine = (/** @type {CustomEvent} */ { detail }) =>
    detail.id === id && detail.change !== "deleted";
  listen(["account"], (event) => isMine(event) && load(), signal);
  return whole;
}

/** @param {LedgerEntry} entry */
function cells({ at, delta, balance, reason, unique_processing_id: job }) {
  const signed = (delta > 0 ? "+" : "") + figure(delta);
  return [
    cell(instant(at), "when"),
    cell(signed, "number"),
    number(balance),
    cell(reason),
    cell(job),
  ];
}
