/** How figures, instants and secrets read. */
import { h } from "./dom.js";

const timeOnly = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const whole = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const brief = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** Instants so far away that a Date cannot hold them are shown as seconds. */
function dated(seconds, format) {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : format(date);
}

/** Show an instant: seconds since the epoch, in the reader's zone. */
export const instant = (seconds) => shown(seconds, whole);

/** Show an instant without its day, which a pointer on it tells. */
export const time = (seconds) => shown(seconds, timeOnly);

function shown(seconds, { format }) {
  if (seconds === null || seconds === undefined) return "";
  const dateTime = dated(seconds, (date) => date.toISOString());
  return h("time", { dateTime, title: dateTime }, dated(seconds, format));
}

/** Tell an instant to the second. */
export const toTheSecond = (seconds) => dated(seconds, brief.format);

/** Tell how many seconds. */
export function seconds(value) {
  return `${value.toLocaleString("en", { maximumFractionDigits: 3 })} s`;
}

/** Show a number with its thousands apart. */
export const figure = (value) => value.toLocaleString("en");

/** Tell a text, or JSON so that it can be read. */
export function readable(value) {
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

export const MASK = "••••••••";

/** Tell a URL without the name and password that it may hold. */
export const withoutSecrets = (url) => url?.replace(/\/\/[^/?#]*@/, `//${MASK}@`);

/** Cut what would be too long to read. */
export function shortened(text, most = 65536) {
  if (text.length <= most) return text;
  return `${text.slice(0, most)}\n… ${figure(text.length - most)} characters more`;
}

/** Show a word in a frame, in a colour that only repeats what it says. */
export function badge(text, mood = "") {
  return h(mood ? `span.badge.${mood}` : "span.badge", {}, text);
}

/** Show an HTTP status; without one the connection was broken. */
export function status(value) {
  if (value === null || value === undefined) return badge("broken", "bad");
  return badge(value, value < 300 ? "good" : value < 500 ? "warn" : "bad");
}
