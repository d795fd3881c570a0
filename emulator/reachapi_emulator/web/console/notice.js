// @ts-check
/** What is said aloud: news to a screen reader, problems to everybody. */
import { button, h } from "./dom.js";

const part = (/** @type {string} */ id) =>
  /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * Say something politely.
 * @param {string} text
 */
export function say(text) {
  part("news").textContent = text;
}

/**
 * Show what went wrong, until it is read.
 * @param {string} text
 */
function problem(text) {
  const box = part("problem");
  box.replaceChildren(h("span", {}, text), button("Dismiss", clear));
  box.hidden = false;
}

function clear() {
  const box = part("problem");
  box.hidden = true;
  box.replaceChildren();
}

/**
 * Do what was asked for; a refusal is shown.
 * @param {Work} work
 * @returns {Promise<boolean>} whether it was done.
 */
export async function attempt(work) {
  clear();
  return tried(work, () => true);
}

/**
 * Do what nobody asked for: that something is gone meanwhile is no problem.
 * @param {Work} work
 */
export function background(work) {
  return tried(work, ({ status }) => status !== 0 && status !== 404);
}

/** @typedef {() => unknown} Work may return a promise. */

/**
 * @param {Work} work
 * @param {(error: Error & {status?: number}) => boolean} matters
 */
async function tried(work, matters) {
  try {
    await work();
    return true;
  } catch (thrown) {
    const error = /** @type {Error} */ (thrown);
    if (error.name !== "AbortError" && matters(error)) problem(error.message);
    return false;
  }
}
