/** The webhook of an account: Add Webhook, its status, its secret. */
import { control } from "./api.js";
import { confirmed } from "./dialog.js";
import { button, form, h, panel } from "./dom.js";
import { masked } from "./secret.js";
import { change, each, state } from "./state.js";

const path = () => `accounts/${state.account.id}/webhook`;
const current = () => state.account?.webhook ?? { url: null, secret: null };

/** Make the panel. */
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

function endpoint(signal) {
  const url = h("input", { name: "url", required: true, maxLength: 2048 });
  url.placeholder = "http://localhost:8000/hook";
  const save = h("button.main", { type: "submit" });
  const remove = button("Remove", removed);
  const fields = form(
    saved,
    { oninput: () => (fields.isEdited = true) },
    h("label.wide", {}, "Endpoint URL", url),
    status(),
    save,
    button("Use the inbox", useInbox),
    remove,
  );
  each(signal, () => {
    save.textContent = current().url === null ? "Add Webhook" : "Save Webhook";
    remove.hidden = current().url === null;
    if (!fields.isEdited) fillIn(fields, current());
  });
  return fields;
}

function status() {
  const radio = (value) => h("input", { type: "radio", name: "status", value });
  return h(
    "fieldset",
    {},
    h("legend", {}, "Status"),
    h("label", {}, radio("active"), "Active"),
    h("label", {}, radio("inactive"), "Inactive"),
  );
}

function fillIn(fields, { url, active }) {
  const isActive = url === null || active;
  fields.elements.url.value = url ?? "";
  fields.elements.status.value = isActive ? "active" : "inactive";
}

async function saved({ url, status: chosen }, fields) {
  const form = { url, active: chosen === "active" };
  await change(async () => {
    await control("PUT", path(), form);
    fields.isEdited = false;
  });
}

function useInbox({ target }) {
  return saved({ url: `inbox:${state.account.id}`, status: "active" }, target.form);
}

function removed({ target }) {
  target.form.isEdited = false;
  return change(() => control("PUT", path(), { url: null }));
}

async function renewed() {
  const text = "Receivers that check the present secret will refuse deliveries.";
  const isSafe = current().secret === null;
  if (!isSafe && !(await confirmed("Re-generate", text, "Re-generate"))) return;
  await change(() => control("POST", `${path()}/secret`));
}
