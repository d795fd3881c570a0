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
  phase: "Strikes",
  kind: "Kind",
  status: "Status",
  seconds: "Seconds",
  operation: "Operation",
  account: "Account",
  times: "Times at most",
  probability: "Probability",
};
const NUMBERS = new Set(["status", "seconds", "times", "probability"]);

/** Make it; `added` is told of every new rule. */
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
  const send = (given) =>
    attempt(() => control("POST", "faults", rule(given)).then(added));
  return form(send, {}, ...Object.values(labels), submit);
}

function controls() {
  const accounts = [ANY, ...(state.account ? [state.account.id] : [])];
  return {
    phase: select(PHASES, { name: "phase" }),
    kind: select([], { name: "kind" }),
    status: figure("status", { min: 400, max: 599, value: 500, required: true }),
    seconds: share("seconds", { max: 600, value: 2, required: true }),
    operation: select(OPERATIONS, { name: "operation" }),
    account: select(accounts, { name: "account" }),
    times: figure("times", { min: 1, max: 1_000_000, placeholder: "always" }),
    probability: share("probability", { max: 1, placeholder: "1" }),
  };
}

const figure = (name, props) => h("input", { type: "number", name, ...props });

const share = (name, props) => figure(name, { min: 0.001, step: "any", ...props });

function labelled(fields) {
  const made = Object.entries(fields).map(([name, control]) => [
    name,
    h("label", {}, LABELS[name], control),
  ]);
  return Object.fromEntries(made);
}

function kinds({ phase, kind }) {
  kind.replaceChildren(...KINDS[phase.value].map((each) => h("option", {}, each)));
}

/** A hidden field is disabled, so that it is not sent. */
function adapted(fields, labels) {
  const hidden = {
    status: fields.kind.value !== "status",
    seconds: fields.kind.value !== "delay",
    operation: fields.phase.value === "webhook",
  };
  for (const [name, isHidden] of Object.entries(hidden)) {
    labels[name].hidden = fields[name].disabled = isHidden;
  }
}

function rule(given) {
  const filled = Object.entries(given).filter(([, value]) => value !== "");
  const typed = ([name, value]) => [name, NUMBERS.has(name) ? Number(value) : value];
  return Object.fromEntries(filled.map(typed));
}
