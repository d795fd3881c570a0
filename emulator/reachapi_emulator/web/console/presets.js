// @ts-check
/** Completion of values from the vendor's Predefined Values. */
import { vendor } from "./api.js";
import { h } from "./dom.js";
import { background } from "./notice.js";
import { debounced } from "./pace.js";
import { picked } from "./state.js";

const PATH = "/api/v2/predefined/records/preset-values";
const MOST = 50;

/**
 * Let an input be completed. No more than four questions a second are asked, and
 * none twice: the account's client under test shares the rate limit.
 * @param {AbortSignal} signal
 * @param {HTMLInputElement} input
 * @returns {{list: Element, ask: (parameter: string, text: string) => void}}
 */
export function presets(signal, input) {
  const list = h("datalist", { id: "presets" });
  /** @type {Map<string, string[]>} */
  const known = new Map();
  input.setAttribute("list", "presets");
  const ask = debounced((/** @type {[string, string]} */ ...asked) => {
    if (!signal.aborted) background(() => complete(...asked));
  });

  /**
   * @param {string} parameter
   * @param {string} text
   */
  async function complete(parameter, text) {
    const query = new URLSearchParams({ [parameter]: text }).toString();
    const values = known.get(query) ?? (await found(query, signal));
    if (values) known.set(query, values);
    const options = (values ?? []).map((value) => h("option", { value }));
    list.replaceChildren(...options);
  }

  return { list, ask };
}

/**
 * Return values; none, if nothing is found; null, if the answer is a refusal.
 * @param {string} query
 * @param {AbortSignal} signal
 * @returns {Promise<string[] | null>}
 */
async function found(query, signal) {
  const key = picked().api_key;
  const answer = await vendor("GET", `${PATH}?${query}`, key, { signal });
  if (answer.status === 404) return [];
  return answer.status === 200 ? answer.data.slice(0, MOST) : null;
}
