/** Tables whose rows stay where they are while others come and go. */
import { h } from "./dom.js";

/**
 * Make an empty table.
 * @param {string} caption
 * @param {string[]} heads those that begin with "#" stand over numbers.
 * @returns {{whole: Element, body: Element, caption: Element}}
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
 * @param {Element} body
 * @param {object[]} items
 * @param {(item: object) => (string|number)} key what makes an item that item.
 * @param {(item: object) => Element[]} cells
 * @param {(item: object) => string} stamp changes when the item does.
 */
export function fill(body, items, key, cells, stamp = JSON.stringify) {
  const old = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  const rows = items.map((item) => {
    const row = old.get(String(key(item))) ?? h("tr", { "data-key": key(item) });
    return refresh(row, stamp(item), () => cells(item));
  });
  place(body, rows);
}

function refresh(row, stamp, cells) {
  if (row.stamp === stamp) return row;
  const hadFocus = row.contains(document.activeElement);
  row.stamp = stamp;
  row.replaceChildren(...cells());
  if (hadFocus) row.querySelector("button")?.focus();
  return row;
}

function place(body, rows) {
  const kept = new Set(rows);
  for (const row of [...body.rows]) if (!kept.has(row)) row.remove();
  let next = body.firstChild;
  for (const row of rows) {
    if (row === next) next = next.nextSibling;
    else body.insertBefore(row, next);
  }
}

/** Make a cell; a list of classes stands before the dot-free content. */
export const cell = (content, kind = "") =>
  h(kind ? `td.${kind}` : "td", {}, content ?? "");
export const number = (value) => cell(value?.toLocaleString("en"), "number");
