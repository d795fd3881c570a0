// @ts-check
/** All about one request. */
import { h, pairs, pre } from "./dom.js";
import { instant, readable, status } from "./format.js";
/** @import { Detail, Find } from "./detail.js" */
/** @import { JournalEntry } from "./types.js" */

/**
 * Open the details of a request.
 * @param {Detail} side
 * @param {JournalEntry} request
 * @param {Find} find
 */
export function openRequest(side, request, find) {
  side.open(request.id, `Request ${request.id}`, find);
  side.show(request, content);
}

/** @param {JournalEntry} request */
function content(request) {
  const { at, account, operation, method, path, message, fault } = request;
  const facts = pairs([
    ["Request", h("code", {}, `${method} ${path}`)],
    ["Answer", h("span", {}, status(request.status), " ", message)],
    ["Time", instant(at)],
    ["Took", `${request.duration_ms} ms`],
    ["Account", account],
    ["Operation", operation],
    ["Fault", fault === null ? null : `rule ${fault}`],
  ]);
  const body = request.body ? readable(request.body) : "none";
  return [
    facts,
    h("h3", {}, "Headers"),
    pairs(Object.entries(request.headers)),
    h("h3", {}, "Body"),
    pre(body, "Body of the request"),
  ];
}
