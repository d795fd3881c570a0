// @ts-check
/** The same request as command lines, to be pasted into a shell. */
import { button, form, h, panel, pre } from "./dom.js";
import { copied } from "./secret.js";
/** @import { FilterForm } from "./types.js" */

const COUNT = "/api/v2/request/records/count";
const FETCH = "/api/v2/async/records/filter";

/** Make the panel: `show(filter)` writes the lines for a filter. */
export function curl() {
  const lines = h("div");
  const many = h("input", { type: "number", min: 1, value: 10 });
  many.addEventListener("input", () => show(last));
  /** @type {FilterForm} */
  let last = {};
  /** @param {FilterForm} filter */
  function show(filter) {
    last = filter;
    const fetchCount = Number(many.value) || 1;
    lines.replaceChildren(
      ...line("Count", COUNT, { filter }),
      ...line("Fetch", FETCH, { fetchCount, filter }),
    );
  }
  const asked = form(() => {}, {}, h("label", {}, "Records to fetch", many));
  const about = h("p.quiet", {}, "Set REACHAPI_KEY to the account's API key.");
  return { whole: panel("curl", about, lines, asked), show };
}

/**
 * @param {string} name
 * @param {string} path
 * @param {object} body
 */
function line(name, path, body) {
  const text = command(new URL(`..${path}`, document.baseURI), body);
  const label = `curl line: ${name}`;
  const copy = button("Copy", () => copied(label, text));
  copy.setAttribute("aria-label", `Copy ${label}`);
  return [h("div.title", {}, h("h3", {}, name), copy), pre(text, label)];
}

/**
 * Return the command that posts a body.
 * @param {URL} url
 * @param {object} body
 */
export function command(url, body) {
  return [
    `curl -s ${quoted(url.href)}`,
    `-H "X-API-Key: $REACHAPI_KEY"`,
    `-H 'Content-Type: application/json'`,
    `-d ${quoted(JSON.stringify(body))}`,
  ].join(" \\\n  ");
}

/**
 * Quote a text for a POSIX shell.
 * @param {string} text
 */
const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
