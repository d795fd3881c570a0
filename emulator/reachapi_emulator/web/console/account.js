// @ts-check
/** The view of an account: the vendor's own steps, and credits. */
import { control } from "./api.js";
import { confirmed } from "./dialog.js";
import { button, form, h, panel } from "./dom.js";
import { credits } from "./credits.js";
import { masked } from "./secret.js";
import { change, each, pick, picked, state } from "./state.js";
import { webhook } from "./webhook.js";

export const title = "Account";
export const about =
  "What ReachStream's Account Details page does: key, webhook, credits.";

/**
 * Show it.
 * @param {Element} root
 * @param {AbortSignal} signal
 */
export function mount(root, signal) {
  const opening = panel("New account", newAccount());
  if (!state.account) return root.append(opening);
  const left = h("div", {}, apiKey(signal), webhook(signal), opening);
  const right = h("div", {}, credits(signal), existence(signal));
  return root.append(h("div.columns", {}, left, right));
}

/** @param {AbortSignal} signal */
function apiKey(signal) {
  const key = masked("API key", () => picked().api_key);
  each(signal, key.refresh);
  const text = "Requests with the old key are then answered with 403.";
  return panel(
    "API key",
    key.whole,
    h("div.row", {}, button("Generate API Key", generate)),
    h("p.quiet", {}, text),
  );
}

async function generate() {
  const { id } = picked();
  const text = `Clients that use the current key of ${id} will get 403.`;
  if (await confirmed("Generate API Key", text, "Generate"))
    await change(() => control("POST", `accounts/${id}/api-key`));
}

/** @param {AbortSignal} signal */
function existence(signal) {
  const { id } = picked();
  const suspend = button("", () => {
    const suspended = !picked().suspended;
    return change(() => control("PATCH", `accounts/${id}`, { suspended }));
  });
  const remove = button("Delete account", () => deleted(id), { className: "risky" });
  const reset = button("Reset account", () => wiped(id), { className: "risky" });
  each(signal, () => {
    suspend.textContent = state.account?.suspended ? "Reactivate" : "Suspend";
  });
  const text = "Requests of a suspended account are answered with 403.";
  return panel(
    `Account ${id}`,
    h("div.row", {}, suspend, reset, remove),
    h("p.quiet", {}, text),
  );
}

/** @param {string} id */
async function deleted(id) {
  const text = `This deletes ${id} with its keys, jobs, ledger, inbox and requests.`;
  if (await confirmed("Delete account", text, "Delete"))
    await change(() => control("DELETE", `accounts/${id}`));
}

/** @param {string} id */
async function wiped(id) {
  const text = `This resets ${id} to its initial state and drops deliveries in flight.`;
  if (await confirmed("Reset account", text, "Reset"))
    await change(() => control("POST", "reset", { account: id }));
}

function newAccount() {
  const id = h("input", { name: "id", required: true, maxLength: 100 });
  const amount = h("input", { name: "credits", type: "number", min: 0 });
  amount.placeholder = "default";
  return form(
    open,
    {},
    h("label", {}, "ID", id),
    h("label", {}, "Credits", amount),
    h("button", { type: "submit" }, "Create account"),
  );
}

/**
 * @param {{id: string, credits: string}} given
 * @param {HTMLFormElement} fields
 */
function open({ id, credits: amount }, fields) {
  const opening = amount === "" ? { id } : { id, credits: Number(amount) };
  return change(async () => {
    await control("POST", "accounts", opening);
    fields.reset();
    await pick(id);
  });
}
