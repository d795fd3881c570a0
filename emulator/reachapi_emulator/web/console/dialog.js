// @ts-check
/** Questions in a dialog of the page; Escape is no. */
import { button, form, h } from "./dom.js";

/**
 * Ask before something that cannot be taken back.
 * @param {string} title
 * @param {string} text
 * @param {string} action
 * @returns {Promise<boolean>}
 */
export function confirmed(title, text, action) {
  const dialog = make(title, text);
  dialog.append(
    h(
      "div.row",
      {},
      button(action, () => dialog.close("yes"), { className: "risky" }),
      button("Cancel", () => dialog.close("")),
    ),
  );
  return shown(dialog).then((answer) => answer === "yes");
}

/**
 * Ask for a secret.
 * @param {string} title
 * @param {string} text
 * @param {string} label
 * @returns {Promise<string>} empty, if none was given.
 */
export function secret(title, text, label) {
  const dialog = make(title, text);
  const input = h("input", { type: "password", name: "secret", required: true });
  /** @param {{secret: string}} form */
  const submit = ({ secret: given }) => dialog.close(given);
  const send = h("button.main", { type: "submit" }, "Continue");
  dialog.append(form(submit, {}, h("label.wide", {}, label, input), send));
  return shown(dialog);
}

/**
 * @param {string} title
 * @param {string} text
 */
function make(title, text) {
  const heading = h("h2", { id: "question" }, title);
  return h("dialog", { "aria-labelledby": "question" }, heading, h("p", {}, text));
}

/**
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<string>}
 */
function shown(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
}
