/** What every view shares: the accounts, which one is picked, and its clock. */
import { control } from "./api.js";
import { live, listen, tell } from "./live.js";
import { attempt, background } from "./notice.js";
import { coalesced } from "./pace.js";

const PICKED = "reachapi-emulator-account";

/** `change` whenever something differs, `pick` when another account is meant. */
export const changes = new EventTarget();
export const state = { accounts: [], account: null, clock: null };
let turn = 0;

/** Run now, and at every change until the signal. */
export function each(signal, work) {
  work();
  changes.addEventListener("change", work, { signal });
}

/** Mean another account from now on. */
export async function pick(id) {
  sessionStorage.setItem(PICKED, id);
  await reload();
}

/** Ask for accounts and clock; of several answers the last question's counts. */
export async function reload() {
  const mine = ++turn;
  const accounts = await control("GET", "accounts");
  const account = chosen(accounts);
  const path = account ? `accounts/${account.id}/clock` : "clock";
  const clock = await readClock(path);
  if (mine === turn) show({ accounts, account, clock });
}

function chosen(accounts) {
  const wanted = [sessionStorage.getItem(PICKED), "demo"];
  const found = wanted.map((id) => accounts.find((account) => account.id === id));
  return found.find(Boolean) ?? accounts[0] ?? null;
}

function show(found) {
  const isOther = !state.clock || found.account?.id !== state.account?.id;
  Object.assign(state, found);
  if (isOther) changes.dispatchEvent(new Event("pick"));
  changes.dispatchEvent(new Event("change"));
}

/** Ask for a clock; from then on it is known what it shows. */
export async function readClock(path) {
  return { ...(await control("GET", path)), read: performance.now() };
}

/** Return the time on a clock, in seconds since the epoch. */
export function now({ frozen, now: then, read } = state.clock) {
  return frozen ? then : then + (performance.now() - read) / 1000;
}

/** Do something to the emulator, and show what it is like then. */
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
live.addEventListener("request", ({ detail }) => {
  const isKnown = state.accounts.some(({ id }) => id === detail.account);
  if (detail.account && !isKnown) ask();
});
