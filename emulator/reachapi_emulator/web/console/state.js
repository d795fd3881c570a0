// @ts-check
/** What every view shares: the accounts, which one is picked, and its clock. */
import { control } from "./api.js";
import { listen, tell } from "./live.js";
import { attempt, background } from "./notice.js";
import { coalesced } from "./pace.js";
/** @import { Account, Clock, ReadClock, State } from "./types.js" */

/** What a list has where it does not say how much is wanted. */
const PAGE = 500;
const PICKED = "reachapi-emulator-account";

/** `change` whenever something differs, `pick` when another account is meant. */
export const changes = new EventTarget();
/** @type {State} */
export const state = { accounts: [], account: null, clock: null };
let turn = 0;

/**
 * Return the account that the page is about.
 * @throws where there is none.
 */
export function picked() {
  if (!state.account) throw new Error("There is no account.");
  return state.account;
}

/**
 * Run now, and at every change until the signal.
 * @param {AbortSignal} signal
 * @param {() => void} work
 */
export function each(signal, work) {
  work();
  changes.addEventListener("change", work, { signal });
}

/**
 * Mean another account from now on.
 * @param {string} id
 */
export async function pick(id) {
  sessionStorage.setItem(PICKED, id);
  await reload();
}

/** Ask for accounts and clock; of several answers the last question's counts. */
export async function reload() {
  const mine = ++turn;
  /** @type {Account[]} */
  const newest = await control("GET", "accounts");
  const account = await chosen(newest);
  const isListed = !account || newest.includes(account);
  const accounts = isListed ? newest : [account, ...newest];
  const path = account ? `accounts/${account.id}/clock` : "clock";
  const clock = await readClock(path);
  if (mine === turn) show({ accounts, account, clock });
}

/**
 * Return the account that is meant, though it may not be among the newest.
 * @param {Account[]} newest
 * @returns {Promise<Account | null>}
 */
async function chosen(newest) {
  for (const id of [sessionStorage.getItem(PICKED), "demo"]) {
    const found = newest.find((account) => account.id === id);
    if (found) return found;
    const older = id && newest.length >= PAGE && (await one(id));
    if (older) return older;
  }
  return newest[0] ?? null;
}

/**
 * @param {string} id
 * @returns {Promise<Account | null>} null if there is none.
 */
const one = (id) =>
  control("GET", `accounts/${encodeURIComponent(id)}`).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });

/** @param {State} found */
function show(found) {
  const isOther = !state.clock || found.account?.id !== state.account?.id;
  Object.assign(state, found);
  if (isOther) changes.dispatchEvent(new Event("pick"));
  changes.dispatchEvent(new Event("change"));
}

/**
 * Ask for a clock; from then on it is known what it shows.
 * @param {string} path
 * @returns {Promise<ReadClock>}
 */
export async function readClock(path) {
  /** @type {Clock} */
  const clock = await control("GET", path);
  return { ...clock, read: performance.now() };
}

/**
 * Return the time on a clock, in seconds since the epoch.
 * @param {ReadClock} clock
 */
export function now({ frozen, now: then, read }) {
  return frozen ? then : then + (performance.now() - read) / 1000;
}

/**
 * Do something to the emulator, and show what it is like then.
 * @param {() => unknown} work
 */
export function change(work) {
  return attempt(async () => {
    await work();
    await reload();
  });
}

/** Ask again soon: somebody else may have changed something. */
const ask = coalesced(() => background(reload));
listen(["account", "clock", "job"], ask);
const renew = () => background(reload).then(() => tell("fresh"));
listen(["stale"], coalesced(renew));
listen(["request"], ({ detail }) => {
  const isKnown = state.accounts.some(({ id }) => id === detail.account);
  if (detail.account && !isKnown) ask();
});
