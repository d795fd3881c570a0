// @ts-check
/** The form of a new fault rule; only what its kind takes is asked for. */
import { control } from "./api.js";
import { form, h, select } from "./dom.js";
import { attempt } from "./notice.js";
import { state } from "./state.js";

const BREAKS = [
  "CONNECTION_RESET_BY_PEER",
  "EMPTY_RESPONSE",
  "MALFORMED_RESPONSE_CHUNK",
  "RANDOM_DATA_THEN_CLOSE",
];
/** @type {Record<string, string[]>} */
const KINDS = {
  request: ["status", "delay", ...BREAKS],
  webhook: ["delay", "DUPLICATE", "REORDER", ...BREAKS],
};
const PHASES = [
  ["request", "requests"],
  ["webhook", "deliveries"],
];
const ANY = ["", "any"];
const OPERATIONS = [ANY, "presets", "credits", "counts", "fetch", "batch", "sdk"];
const LABELS = {
  phase: "Applies to",
  kind: "Kind",
  status: "Status",
  seconds: "Seconds",
  operation: "Operation",
  account: "Account",
  times: "Maximum times",
  probability: "Probability",
};
const NUMBERS = new Set(["status", "seconds", "times", "probability"]);

/**
 * Make it; `added` is told of every new rule.
 * @param {() => void} added
 */
export function faultForm(added) {
  const fields = controls();
  const labels = labelled(fields);
  const adapt = () => adapted(fields, labels);
  const adaptAll = () => {
    kinds(fields);
    adapt();
  };
  fields.phase.addEventListener("change", adaptAll);
  fields.kind.addEventListener("change", adapt);
  adaptAll();
  const submit = h("button.main", { type: "submit" }, "Add fault");
  const send = (/** @type {Record<string, string>} */ given) =>
    attempt(() => control("POST", "faults", rule(given)).then(added));
  return form(send, {}, ...Object.values(labels), submit);
}

/** @typedef {ReturnType<typeof controls>} Fields */
/** @typedef {Record<keyof Fields, HTMLLabelElement>} Labels */

function controls() {
  const accounts = [ANY, ...(state.account ? [state.account.id] : [])];
  return {
    phase: select(PHASES, { name: "phase" }),
    kind: select([], { name: "kind" }),
    status: figure("status", { min: 400, max: 599, value: 500, required: true }),
    seconds: share("seconds", { max: 600, value: 2, required: true }),
    operation: select(OPERATIONS, { name: "operation" }),
    account: select(accounts, { name: "account" }),
    times: figure("times", { min: 1, max: 1_000_000, placeholder: "no limit" }),
    probability: share("probability", { max: 1, placeholder: "1" }),
  };
}

/**
 * @param {string} name
 * @param {object} props
 */
const figure = (name, props) => h("input", { type: "number", name, ...props });

/**
 * @param {string} name
 * @param {object} props
 */
const share = (name, props) => figure(name, { min: 0.001, step: "any", ...props });

/**
 * @param {Fields} fields
 * @returns {Labels}
 */
function labelled(fields) {
  const names = /** @type {(keyof Fields)[]} */ (Object.keys(fields));
  const made = names.map((name) => [name, h("label", {}, LABELS[name], fields[name])]);
  return Object.fromEntries(made);
}

/** @param {Fields} fields */
function kinds({ phase, kind }) {
  kind.replaceChildren(...KINDS[phase.value].map((each) => h("option", {}, each)));
}

/**
 * A hidden field is disabled, so that it is not sent.
 * @param {Fields} fields
 * @param {Labels} labels
 */
function adapted(fields, labels) {
  const hide = (/** @type {keyof Fields} */ name, /** @type {boolean} */ isHidden) => {
    labels[name].hidden = fields[name].disabled = isHidden;
  };
  hide("status", fields.kind.value !== "status");
  hide("seconds", fields.kind.value !== "delay");
  hide("operation", fields.phase.value === "webhook");
}

/**
 * Return the rule that a filled-in form means; what was left empty is left out.
 * @param {Record<string, string>} given
 */
export function rule(given) {
  const filled = Object.entries(given).filter(([, value]) => value !== "");
  return Object.fromEntries(
    filled.map(([name, value]) => [name, NUMBERS.has(name) ? Number(value) : value]),
  );
}
