// @ts-check
/** The bar on top: the account, its credits and clock, the connection. */
import { h } from "./dom.js";
import { badge, figure, toTheSecond } from "./format.js";
import { listen } from "./live.js";
import { attempt } from "./notice.js";
import { changes, now, pick, state } from "./state.js";

const TICK = 1000;
const part = (/** @type {string} */ id) =>
  /** @type {HTMLElement} */ (document.getElementById(id));
const chooser = () => /** @type {HTMLSelectElement} */ (part("account"));

/** Let the bar work. */
export function startHeader() {
  const choice = chooser();
  choice.addEventListener("change", () => attempt(() => pick(choice.value)));
  changes.addEventListener("change", show);
  listen(["connection"], ({ detail }) => showConnection(detail));
  showConnection("connecting");
  setInterval(showClock, TICK);
}

function show() {
  showAccounts();
  const { credits = 0, reserved = 0 } = state.account ?? {};
  const held = reserved ? `, ${figure(reserved)} reserved` : "";
  part("credits").textContent = figure(credits) + held;
  showClock();
}

function showAccounts() {
  const choice = chooser();
  const shown = [...choice.options].map(({ value }) => value);
  const ids = state.accounts.map(({ id }) => id);
  ids.sort((one, other) => Number(other === "demo") - Number(one === "demo"));
  if (shown.join() !== ids.join()) {
    const options = ids.map((id) => h("option", { value: id }, id));
    choice.replaceChildren(...options);
  }
  choice.value = state.account?.id ?? "";
}

function showClock() {
  if (!state.clock) return;
  const mood = state.clock.frozen ? badge("frozen", "warn") : badge("running", "good");
  part("clock").replaceChildren(toTheSecond(now(state.clock)), " ", mood);
}

/** @param {string} word */
function showConnection(word) {
  part("connection").replaceChildren(badge(word, word === "live" ? "good" : "warn"));
}
