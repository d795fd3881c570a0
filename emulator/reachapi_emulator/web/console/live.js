// @ts-check
/** What happens in the emulator, as it happens; lost connections are made again. */
import { open } from "./api.js";
import { events } from "./eventstream.js";

const SHORTEST = 500;
const LONGEST = 10_000;
/** Milliseconds; the emulator sends something every 15 seconds. */
const SILENCE = 45_000;

/**
 * Every event of the emulator under its name, `detail` being its data, and:
 * `stale`, when all that is known must be asked for again;
 * `fresh`, when the accounts have been, and it is the views' turn;
 * `connection`, whose detail is "live" or "reconnecting".
 */
export const live = new EventTarget();

/**
 * Listen to several names until the signal.
 * @param {string[]} names
 * @param {(event: CustomEvent) => unknown} listener
 * @param {AbortSignal} [signal]
 */
export function listen(names, listener, signal) {
  const heard = /** @type {EventListener} */ (listener);
  for (const name of names) live.addEventListener(name, heard, { signal });
}

/** Follow the emulator for as long as the page is there. */
export async function follow() {
  for (let wait = SHORTEST; ; wait = Math.min(wait * 2, LONGEST)) {
    const opened = await connect().catch(() => false);
    tell("connection", "reconnecting");
    if (opened) wait = SHORTEST;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function connect() {
  const silence = new AbortController();
  const answer = await open("events", { signal: silence.signal });
  if (!answer.ok || !answer.body) return false;
  tell("connection", "live");
  tell("stale");
  await drain(answer.body, silence).catch(() => {});
  return true;
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {AbortController} silence
 */
async function drain(body, silence) {
  let timer = 0;
  for await (const { name, data } of events(body)) {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE);
    if (name) tell(name, JSON.parse(data || "null"));
    if (name === "missed" || name === "reset") tell("stale");
  }
}

/**
 * Tell those who listen to a name.
 * @param {string} name
 * @param {unknown} [detail]
 */
export function tell(name, detail) {
  live.dispatchEvent(new CustomEvent(name, { detail }));
}
