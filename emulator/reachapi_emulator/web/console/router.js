// @ts-check
/** One view at a time, by the address behind the hash. */
import { h } from "./dom.js";
import { changes, state } from "./state.js";
/** @import { View } from "./types.js" */

const part = (/** @type {string} */ id) =>
  /** @type {HTMLElement} */ (document.getElementById(id));
let shown = new AbortController();

/**
 * Show the views that there are.
 * @param {Record<string, View>} views
 *   by address; `mount(root, signal)` shows one until the signal.
 */
export function startRouter(views) {
  const links = Object.entries(views).map(([name, { title }]) =>
    h("a", { href: `#/${name}`, id: `to-${name}` }, title),
  );
  part("views").append(...links);
  addEventListener("hashchange", () => isOurs() && go(views, true));
  changes.addEventListener("pick", () => go(views, false));
}

/** The skip link leads to a part of the page, not to a view. */
const isOurs = () => location.hash.startsWith("#/");

/**
 * @param {Record<string, View>} views
 * @param {boolean} isVisit
 */
function go(views, isVisit) {
  const root = part("view");
  const name = location.hash.slice(2);
  const view = views[name] ?? Object.values(views)[0];
  mark(Object.values(views).indexOf(view));
  shown.abort();
  shown = new AbortController();
  const heading = h("h1", { tabIndex: -1 }, view.title);
  root.replaceChildren(heading, h("p.about", {}, view.about));
  document.title = `${view.title} – reachapi-emulator`;
  if (state.account || !view.needsAccount) view.mount(root, shown.signal);
  else root.append(h("p", {}, "There is no account: create one in the Account view."));
  if (isVisit) heading.focus();
}

/** @param {number} chosen */
function mark(chosen) {
  for (const [index, link] of [...part("views").children].entries()) {
    if (index === chosen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
