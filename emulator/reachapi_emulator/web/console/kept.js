// @ts-check
/** What is asked for now, and again whenever it may have changed. */
import { listen } from "./live.js";
import { background } from "./notice.js";
import { coalesced } from "./pace.js";

/**
 * Run `work` now, at these events and when all is stale, until the signal.
 * @param {string[]} names of events.
 * @param {AbortSignal} signal
 * @param {() => Promise<unknown>} work
 * @returns {() => void} asks for one more run.
 */
export function kept(names, signal, work) {
  const load = coalesced(async () => {
    if (!signal.aborted) await background(work);
  });
  listen([...names, "fresh"], load, signal);
  load();
  return load;
}
