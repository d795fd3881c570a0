// @ts-check
/** Work that is asked for more often than it is worth doing. */

/**
 * Run `work` when asked, but never twice at a time and not again for a while;
 * all who ask meanwhile are served by one more run.
 * @param {() => Promise<unknown>} work
 * @param {number} pause milliseconds from the end of a run to the next.
 */
export function coalesced(work, pause = 200) {
  let isBusy = false;
  let isAsked = false;
  async function run() {
    isBusy = true;
    while (isAsked) {
      isAsked = false;
      await work();
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    isBusy = false;
  }
  return () => {
    isAsked = true;
    if (!isBusy) run();
  };
}

/**
 * Run `work` with the next frame, once for all who ask before.
 * @param {() => void} work
 */
export function perFrame(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}

/**
 * Run `work` every so often, until the signal.
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @param {() => void} work
 */
export function every(milliseconds, signal, work) {
  const timer = setInterval(work, milliseconds);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/**
 * Run `work` when nobody has asked for a while.
 * @template {unknown[]} Values
 * @param {(...values: Values) => unknown} work
 * @param {number} milliseconds
 */
export function debounced(work, milliseconds = 250) {
  let timer = 0;
  return (/** @type {Values} */ ...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...values), milliseconds);
  };
}
