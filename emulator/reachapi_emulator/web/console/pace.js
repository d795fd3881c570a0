/** Work that is asked for more often than it is worth doing. */

/**
 * Run `work` when asked, but never twice at a time and not again for a while;
 * all who ask meanwhile are served by one more run.
 * @param {() => Promise} work
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

/** Run `work` with the next frame, once for all who ask before. */
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

/** Run `work` every so often, until the signal. */
export function every(milliseconds, signal, work) {
  const timer = setInterval(work, milliseconds);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** Run `work` when nobody has asked for a while. */
export function debounced(work, milliseconds = 250) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...values), milliseconds);
  };
}
