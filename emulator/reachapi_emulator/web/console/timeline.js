// @ts-check
/** The life of a job as a list in time: each step with its distance to the first. */
import { h, pre } from "./dom.js";
import { badge, instant, seconds, shortened, withoutSecrets } from "./format.js";
/** @import { Attempt, Child, JobRecord } from "./types.js" */

/**
 * Make it.
 * @param {JobRecord} job
 */
export function timeline(job) {
  const begun = job.created_at;
  const steps = [
    step(begun, begun, "quiet", h("p", {}, "Submitted")),
    ...job.attempts.map((attempt) => made(attempt, begun)),
    job.due_at !== null && step(job.due_at, begun, "quiet", next(job)),
  ];
  return h("ol.timeline", {}, ...steps);
}

/**
 * @param {number} at
 * @param {number} begun
 * @param {string} mood
 * @param {...Child} content
 */
function step(at, begun, mood, ...content) {
  const since = at === begun ? "" : ` +${seconds(at - begun)}`;
  return h(`li.${mood}`, {}, ...content, h("p.quiet", {}, instant(at), since));
}

const next = (/** @type {JobRecord} */ { valid }) =>
  h("p", {}, valid === null ? "Validation is due" : "Next attempt is due");

/**
 * @param {Attempt} attempt
 * @param {number} begun
 */
function made(attempt, begun) {
  const isGood = attempt.status === 200;
  const mood = isUnderWay(attempt) ? "warn" : isGood ? "good" : "bad";
  const what = `Attempt ${attempt.number} (${attempt.trigger}) `;
  return step(
    attempt.started_at,
    begun,
    mood,
    h("p", {}, what, badge(outcome(attempt), mood)),
    h("p.quiet", {}, h("code", {}, withoutSecrets(attempt.url))),
    took(attempt),
    attempt.response_body && answer(attempt.number, attempt.response_body),
  );
}

/**
 * @param {number} number
 * @param {string} body
 */
function answer(number, body) {
  return pre(shortened(body, 1000), `Answer to attempt ${number}`);
}

const isUnderWay = (/** @type {Attempt} */ { duration_ms: took }) => took === null;

/** @param {Attempt} attempt */
function outcome(attempt) {
  if (isUnderWay(attempt)) return "under way";
  return [attempt.status, attempt.error].filter((each) => each !== null).join(" ");
}

const took = (/** @type {Attempt} */ attempt) =>
  !isUnderWay(attempt) && h("p.quiet", {}, `took ${attempt.duration_ms} ms`);
