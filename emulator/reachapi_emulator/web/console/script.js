// @ts-check
/** What an inbox answers to the arrivals to come, in words. */
import { control } from "./api.js";
import { form, h, panel } from "./dom.js";
import { attempt } from "./notice.js";
/** @import { Step } from "./types.js" */

const EXAMPLE = "500, drop, 2s";
const HELP =
  'A status, "drop" to close the connection, "2s" to wait two seconds. Then 200 again.';

/**
 * Make the panel that scripts an inbox.
 * @param {string} name
 */
export function script(name) {
  const words = h("input", { name: "words", placeholder: EXAMPLE });
  const told = h("p.quiet", { role: "status" }, HELP);
  const set = (/** @type {{words: string}} */ { words: given }) =>
    attempt(async () => {
      const steps = await control("PUT", `inbox/${name}/script`, parsed(given));
      told.textContent = `${steps.length} answers are scripted, then 200 again.`;
    });
  const submit = h("button", { type: "submit" }, "Set answers");
  const label = h("label.wide", {}, "One for each delivery", words);
  return panel("Next answers", form(set, {}, label, submit), told);
}

/**
 * Read words as steps of a script.
 * @param {string} text
 * @throws where a word is none.
 */
export function parsed(text) {
  return text.split(/[\s,]+/).filter(Boolean).map(step);
}

/**
 * @param {string} word
 * @returns {Step}
 */
function step(word) {
  if (word === "drop") return { drop: true };
  if (/^\d+(\.\d+)?s$/.test(word)) return { delay_s: Number(word.slice(0, -1)) };
  if (/^\d{3}$/.test(word)) return { status: Number(word) };
  throw new Error(`"${word}" is not an answer: write 500, drop or 2s.`);
}
