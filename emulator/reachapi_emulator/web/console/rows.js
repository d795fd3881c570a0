// @ts-check
/** Tables whose rows stay where they are while others come and go. */
import { h } from "./dom.js";
/** @import { Child } from "./types.js" */

/** What each row was made from. @type {WeakMap<Element, string>} */
const stamps = new WeakMap();

/**
 * Make an empty table.
 * @param {string} caption
 * @param {string[]} heads those that begin with "#" stand over numbers.
 */
export function table(caption, heads) {
  const title = h("caption", {}, caption);
  const head = heads.map((text) =>
    text.startsWith("#")
      ? h("th.number", { scope: "col" }, text.slice(1))
      : h("th", { scope: "col" }, text),
  );
  const body = h("tbody");
  const inner = h("table", {}, title, h("thead", {}, h("tr", {}, ...head)), body);
  const props = { tabIndex: 0, role: "region", "aria-label": caption };
  return { whole: h("div.scroll", props, inner), body, caption: title };
}

/**
 * Let a table body show these items: unchanged rows, and the focus, stay.
 * @template T
 * @param {HTMLTableSectionElement} body
 * @param {T[]} items
 * @param {(item: T) => (string | number)} key what makes an item that item.
 * @param {(item: T) => Element[]} cells
 * @param {(item: T) => string} stamp changes when the item does.
 */
export function fill(body, items, key, cells, stamp = JSON.stringify) {
  const old = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  const rows = items.map((item) => {
    const row = old.get(String(key(item))) ?? h("tr", { "data-key": key(item) });
    return refresh(row, stamp(item), () => cells(item));
  });
  place(body, rows);
}

/**
 * @param {HTMLTableRowElement} row
 * @param {string} stamp
 * @param {() => Element[]} cells
 */
function refresh(row, stamp, cells) {
  if (stamps.get(row) === stamp) return row;
  const hadFocus = row.contains(document.activeElement);
  stamps.set(row, stamp);
  row.replaceChildren(...cells());
  if (hadFocus) row.querySelector("button")?.focus();
  return row;
}

/**
 * @param {HTMLTableSectionElement} body
 * @param {HTMLTableRowElement[]} rows
 */
function place(body, rows) {
  const kept = new Set(rows);
  for (const row of [...body.rows]) if (!kept.has(row)) row.remove();
  let next = body.firstChild;
  for (const row of rows) {
    if (row === next) next = row.nextSibling;
    else body.insertBefore(row, next);
  }
}

/**
 * Make a cell.
 * @param {Child} [content]
 * @param {string} kind its class.
 */
export const cell = (content, kind = "") =>
  h(kind ? `td.${kind}` : "td", {}, content ?? "");

/**
 * Make a cell of a number.
 * @param {number | null} [value]
 */
export const number = (value) => cell(value?.toLocaleString("en"), "number");
