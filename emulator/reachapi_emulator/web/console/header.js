/** The bar on top: the account, its credits and clock, the connection. */
import { h } from "./dom.js";
import { badge, figure, toTheSecond } from "./format.js";
import { live } from "./live.js";
import { attempt } from "./notice.js";
import { changes, now, pick, state } from "./state.js";

const TICK = 1000;
const part = (id) => document.getElementById(id);

/** Let the bar work. */
export function startHeader() {
  part("account").addEventListener("change", ({ target }) =>
    attempt(() => pick(target.value)),
  );
  changes.addEventListener("change", show);
  live.addEventListener("connection", ({ detail }) => showConnection(detail));
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
  const shown = [...part("account").options].map(({ value }) => value);
  const ids = state.accounts.map(({ id }) => id);
  ids.sort((one, other) => (other === "demo") - (one === "demo"));
  if (shown.join() !== ids.join()) {
    const options = ids.map((id) => h("option", { value: id }, id));
    part("account").replaceChildren(...options);
  }
  part("account").value = state.account?.id ?? "";
}

function showClock() {
  if (!state.clock) return;
  const mood = state.clock.frozen ? badge("frozen", "warn") : badge("running", "good");
  part("clock").replaceChildren(toTheSecond(now()), " ", mood);
}

function showConnection(word) {
  part("connection").replaceChildren(badge(word, word === "live" ? "good" : "warn"));
}
