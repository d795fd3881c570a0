/** What is said aloud: news to a screen reader, problems to everybody. */
import { button, h } from "./dom.js";

const news = document.getElementById("news");
const box = document.getElementById("problem");

/** Say something politely. */
export function say(text) {
  news.textContent = text;
}

/** Show what went wrong, until it is read. */
function problem(text) {
  box.replaceChildren(h("span", {}, text), button("Dismiss", clear));
  box.hidden = false;
}

function clear() {
  box.hidden = true;
  box.replaceChildren();
}

/**
 * Do what was asked for; a refusal is shown.
 * @returns {Promise<boolean>} whether it was done.
 */
export async function attempt(work) {
  clear();
  return tried(work, () => true);
}

/** Do what nobody asked for: that something is gone meanwhile is no problem. */
export function background(work) {
  return tried(work, ({ status }) => status !== 0 && status !== 404);
}

async function tried(work, matters) {
  try {
    await work();
    return true;
  } catch (error) {
    if (error.name !== "AbortError" && matters(error)) problem(error.message);
    return false;
  }
}
