// @ts-check
/** The webhook of an account: Add Webhook, its status, its secret. */
import { control } from "./api.js";
import { confirmed } from "./dialog.js";
import { button, form, h, panel } from "./dom.js";
import { masked } from "./secret.js";
import { change, each, picked, state } from "./state.js";

const NONE = { url: null, secret: null, active: false };
const path = () => `accounts/${picked().id}/webhook`;
const current = () => state.account?.webhook ?? NONE;

/**
 * Make the panel.
 * @param {AbortSignal} signal
 */
export function webhook(signal) {
  const secret = masked("webhook secret", () => current().secret);
  const generate = button("", renewed);
  each(signal, () => {
    secret.refresh();
    const verb = current().secret === null ? "Generate" : "Re-generate";
    generate.textContent = `${verb} Webhook Secret`;
  });
  const heading = h("h3", {}, "Webhook secret");
  const rows = [heading, secret.whole, h("div.row", {}, generate)];
  return panel("Webhook", endpoint(signal), ...rows);
}

/** @param {AbortSignal} signal */
function endpoint(signal) {
  let isEdited = false;
  const put = (/** @type {{url: string | null, active?: boolean}} */ form) =>
    change(async () => {
      await control("PUT", path(), form);
      isEdited = false;
    });
  const url = h("input", { name: "url", required: true, maxLength: 2048 });
  url.placeholder = "http://localhost:8000/hook";
  const save = h("button.main", { type: "submit" });
  const useInbox = () => put({ url: `inbox:${picked().id}`, active: true });
  const remove = button("Remove", () => put({ url: null }));
  const fields = form(
    (given) => put({ url: given.url, active: given.status === "active" }),
    { oninput: () => (isEdited = true) },
    h("label.wide", {}, "Endpoint URL", url),
    status(),
    save,
    button("Use the inbox", useInbox),
    remove,
  );
  each(signal, () => {
    save.textContent = current().url === null ? "Add Webhook" : "Save Webhook";
    remove.hidden = current().url === null;
    if (!isEdited) fillIn(fields);
  });
  return fields;
}

function status() {
  const radio = (/** @type {string} */ value) =>
    h("input", { type: "radio", name: "status", value });
  return h(
    "fieldset",
    {},
    h("legend", {}, "Status"),
    h("label", {}, radio("active"), "Active"),
    h("label", {}, radio("inactive"), "Inactive"),
  );
}

/** @param {HTMLFormElement} fields */
function fillIn({ elements }) {
  const { url, active } = current();
  const status = /** @type {RadioNodeList} */ (elements.namedItem("status"));
  /** @type {HTMLInputElement} */ (elements.namedItem("url")).value = url ?? "";
  status.value = url === null || active ? "active" : "inactive";
}

async function renewed() {
  const text = "Receivers that check the current secret will refuse deliveries.";
  const isSafe = current().secret === null;
  if (!isSafe && !(await confirmed("Re-generate", text, "Re-generate"))) return;
  await change(() => control("POST", `${path()}/secret`));
}
