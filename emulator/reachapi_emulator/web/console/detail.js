// @ts-check
/** The panel beside a list, with all about one of its rows. Escape closes it. */
import { button, h } from "./dom.js";

/**
 * Make the panel.
 * @param {AbortSignal} signal ends it.
 */
export function detail(signal) {
  const title = h("h2", { tabIndex: -1 });
  const actions = h("div.row");
  const content = h("div");
  const top = h("div.title", {}, title, button("Close", close));
  const whole = h("section.panel.detail", { hidden: true, "aria-label": "Details" });
  whole.append(top, actions, content);
  addEventListener("keydown", (event) => event.key === "Escape" && close(), { signal });
  /** @type {Find} */
  let opener = () => null;
  let stamp = "";
  /** @type {string | number | null} */
  const none = null;
  const panel = { whole, key: none, open, show, close };

  /**
   * Open it for the row of `key`; `find` returns what had the focus before.
   * @param {string | number} key
   * @param {string} text
   * @param {Find} find
   * @param {...Node} buttons
   */
  function open(key, text, find, ...buttons) {
    Object.assign(panel, { key });
    opener = find;
    stamp = "";
    title.textContent = text;
    actions.replaceChildren(...buttons);
    content.replaceChildren();
    whole.hidden = false;
    title.focus();
  }

  /**
   * Put content in, unless it is there already.
   * @template T
   * @param {T} value
   * @param {(value: T) => Node[]} make
   */
  function show(value, make) {
    const other = JSON.stringify(value);
    if (other !== stamp) content.replaceChildren(...make(value));
    stamp = other;
  }

  function close() {
    if (whole.hidden || document.querySelector("dialog[open]")) return;
    whole.hidden = true;
    panel.key = null;
    opener()?.focus();
  }

  return panel;
}

/** @typedef {ReturnType<typeof detail>} Detail */
/** @typedef {() => HTMLElement | null} Find */

/**
 * Make the button of a row that opens its details.
 * @param {string | number} text
 * @param {string} label
 * @param {() => void} onclick
 */
export function opens(text, label, onclick) {
  return button(text, onclick, { className: "plain", "aria-label": label });
}

/**
 * Return how to find the button of a row again, though it was made anew.
 * @param {Element} body
 * @param {string | number} key
 * @returns {Find}
 */
export const opener = (body, key) => () =>
  body.querySelector(`tr[data-key="${key}"] button`);
