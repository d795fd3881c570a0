// @ts-check
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

/**
 * Instants so far away that a Date cannot hold them are shown as seconds.
 * @param {number} seconds
 * @param {(date: Date) => string} format
 */
function dated(seconds, format) {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : format(date);
}

/**
 * Show an instant: seconds since the epoch, in the reader's zone.
 * @param {number | null} seconds
 */
export const instant = (seconds) => shown(seconds, whole);

/**
 * Show an instant without its day, which a pointer on it tells.
 * @param {number | null} seconds
 */
export const time = (seconds) => shown(seconds, timeOnly);

/**
 * @param {number | null} seconds
 * @param {Intl.DateTimeFormat} format
 */
function shown(seconds, { format }) {
  if (seconds === null) return "";
  const dateTime = dated(seconds, (date) => date.toISOString());
  return h("time", { dateTime, title: dateTime }, dated(seconds, format));
}

/**
 * Tell an instant to the second.
 * @param {number} seconds
 */
export const toTheSecond = (seconds) => dated(seconds, brief.format);

/**
 * Tell how many seconds.
 * @param {number} value
 */
export function seconds(value) {
  return `${value.toLocaleString("en", { maximumFractionDigits: 3 })} s`;
}

/**
 * Show a number with its thousands apart.
 * @param {number} value
 */
export const figure = (value) => value.toLocaleString("en");

/**
 * Tell a text, or JSON so that it can be read.
 * @param {unknown} value
 */
export function readable(value) {
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

export const MASK = "••••••••";

/**
 * Tell a URL without the name and password that it may hold.
 * @param {string} url
 */
export const withoutSecrets = (url) => url.replace(/\/\/[^/?#]*@/, `//${MASK}@`);

/**
 * Cut what would be too long to read.
 * @param {string} text
 * @param {number} most characters.
 */
export function shortened(text, most = 65536) {
  if (text.length <= most) return text;
  return `${text.slice(0, most)}\n… ${figure(text.length - most)} characters more`;
}

/**
 * Show a word in a frame, in a colour that only repeats what it says.
 * @param {string | number} text
 * @param {string} mood
 */
export function badge(text, mood = "") {
  return h(mood ? `span.badge.${mood}` : "span.badge", {}, text);
}

/**
 * Show an HTTP status; without one the connection was broken.
 * @param {number | null} value
 */
export function status(value) {
  if (value === null) return badge("broken", "bad");
  return badge(value, value < 300 ? "good" : value < 500 ? "warn" : "bad");
}
