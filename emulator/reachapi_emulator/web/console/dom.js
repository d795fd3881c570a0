// @ts-check
/** Elements, made without markup: what the emulator tells is never parsed as HTML. */
/** @import { Child, Made } from "./types.js" */

/**
 * Make an element.
 * @template {string} Tag
 * @param {Tag} tag its name, with classes: "p.quiet".
 * @param {Props} props listeners ("onclick"), attributes with a dash, else properties.
 * @param {...Child} children nothing, where empty.
 * @returns {Made<Tag>}
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name);
  made.classList.add(...classes);
  for (const [key, value] of Object.entries(props)) set(made, key, value);
  made.append(...children.filter(isShown).map(asNode));
  return /** @type {Made<Tag>} */ (made);
}

/** @typedef {Record<string, any>} Props */

/**
 * @param {Child} child
 * @returns {child is Node | string | number}
 */
const isShown = (child) => child !== null && child !== undefined && child !== false;

/** @param {Node | string | number} child */
const asNode = (child) => (typeof child === "number" ? String(child) : child);

/**
 * @param {Record<string, any> & Element} element
 * @param {string} key
 * @param {any} value
 */
function set(element, key, value) {
  if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
  else if (key.includes("-") || key === "role") element.setAttribute(key, value);
  else if (value !== undefined) element[key] = value;
}

/**
 * Make a button that submits nothing.
 * @param {string | number} text
 * @param {(event: MouseEvent) => unknown} onclick
 * @param {Props} props
 */
export function button(text, onclick, props = {}) {
  return h("button", { type: "button", onclick, ...props }, text);
}

/**
 * Make a select of [value, text] pairs, or of texts.
 * @param {(string | (string | number)[])[]} options
 * @param {Props} props
 */
export function select(options, props = {}) {
  const made = options.map((each) => {
    const [value, text] = Array.isArray(each) ? each : [each, each];
    return h("option", { value }, text);
  });
  return h("select", props, ...made);
}

/**
 * Make a form whose fields go, by name, to `submit`; nothing leaves the page.
 * @param {(given: any, form: HTMLFormElement) => unknown} submit
 * @param {Props} props
 * @param {...Child} children
 */
export function form(submit, props, ...children) {
  const made = h("form", { autocomplete: "off", ...props }, ...children);
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(Object.fromEntries(new FormData(made)), made);
  });
  return made;
}

/**
 * Make a panel with a heading.
 * @param {string} title
 * @param {...Child} children
 */
export function panel(title, ...children) {
  return h("section.panel", { "aria-label": title }, h("h2", {}, title), ...children);
}

/**
 * Make a list of names and what belongs to them.
 * @param {[string, Child][]} entries
 */
export function pairs(entries) {
  const rows = entries.flatMap(([name, value]) => [
    h("dt", {}, name),
    h("dd", {}, value ?? "none"),
  ]);
  return h("dl.pairs", {}, ...rows);
}

/**
 * Make a preformatted text that can be scrolled by keyboard.
 * @param {string} text
 * @param {string} label
 */
export function pre(text, label) {
  return h("pre", { tabIndex: 0, role: "region", "aria-label": label }, text);
}
