// @ts-check
/** A key or secret: masked until it is asked for. */
import { button, h } from "./dom.js";
import { MASK } from "./format.js";
import { attempt, say } from "./notice.js";

/**
 * Show a secret under a mask, with buttons to show and to copy it.
 * @param {string} label what it is, as in "Show API key".
 * @param {() => string | null} read
 * @returns {{whole: Element, refresh: () => void}}
 */
export function masked(label, read) {
  let isShown = false;
  const value = h("code");
  const toggle = button("", () => {
    isShown = !isShown;
    refresh();
  });
  const copy = button("Copy", () => copied(label, read()));
  copy.setAttribute("aria-label", `Copy ${label}`);
  function refresh() {
    const secret = read();
    value.textContent = secret === null ? "none" : isShown ? secret : MASK;
    toggle.textContent = isShown ? "Hide" : "Show";
    toggle.setAttribute("aria-label", `${toggle.textContent} ${label}`);
    toggle.hidden = copy.hidden = secret === null;
  }
  refresh();
  return { whole: h("div.row", {}, value, toggle, copy), refresh };
}

/**
 * Copy a text to the clipboard, which browsers allow on safe origins only.
 * @param {string} label
 * @param {string | null} text
 */
export function copied(label, text) {
  return attempt(async () => {
    if (!navigator.clipboard) throw new Error("Copying needs localhost or https.");
    await navigator.clipboard.writeText(text ?? "");
    say(`Copied ${label}`);
  });
}
