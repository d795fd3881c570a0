/** Elements, made without markup: what the emulator tells is never parsed as HTML. */

/**
 * Make an element.
 * @param {string} tag its name, with classes: "p.quiet".
 * @param {object} props listeners ("onclick"), attributes with a dash, else properties.
 * @param {...(Node|string|number|null|undefined|false)} children nothing, where empty.
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name);
  made.classList.add(...classes);
  for (const [key, value] of Object.entries(props)) set(made, key, value);
  made.append(...children.filter(isShown));
  return made;
}

const isShown = (child) => child !== null && child !== undefined && child !== false;

function set(element, key, value) {
  if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
  else if (key.includes("-") || key === "role") element.setAttribute(key, value);
  else if (value !== undefined) element[key] = value;
}

/** Make a button that submits nothing. */
export function button(text, onclick, props = {}) {
  return h("button", { type: "button", onclick, ...props }, text);
}

/** Make a select of [value, text] pairs, or of texts. */
export function select(options, props = {}) {
  const made = options.map((each) => {
    const [value, text] = Array.isArray(each) ? each : [each, each];
    return h("option", { value }, text);
  });
  return h("select", props, ...made);
}

/** Make a labelled control. */
export function field(text, control, kind = "label") {
  return h(kind, {}, text, control);
}

/** Make a form whose fields go, by name, to `submit`; nothing leaves the page. */
export function form(submit, props, ...children) {
  const made = h("form", { autocomplete: "off", ...props }, ...children);
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(Object.fromEntries(new FormData(made)), made);
  });
  return made;
}

/** Make a panel with a heading. */
export function panel(title, ...children) {
  return h("section.panel", { "aria-label": title }, h("h2", {}, title), ...children);
}

/** Make a list of names and what belongs to them. */
export function pairs(entries) {
  const rows = entries.flatMap(([name, value]) => [
    h("dt", {}, name),
    h("dd", {}, value ?? "none"),
  ]);
  return h("dl.pairs", {}, ...rows);
}

/** Make a preformatted text that can be scrolled by keyboard. */
export function pre(text, label) {
  return h("pre", { tabIndex: 0, role: "region", "aria-label": label }, text);
}
