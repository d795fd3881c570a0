// @ts-check
/** The control token, asked for once and kept as long as the tab. */
import { secret } from "./dialog.js";

const NAME = "reachapi-emulator-control-token";
/** @type {Promise<void> | null} */
let asking = null;

/**
 * Return the header that carries the token, if there is one.
 * @returns {Record<string, string>}
 */
export function bearer() {
  const token = sessionStorage.getItem(NAME);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Ask for the token; whoever asks meanwhile waits for the same answer. */
export function ask() {
  asking ??= askOnce().finally(() => (asking = null));
  return asking;
}

async function askOnce() {
  const text = sessionStorage.getItem(NAME)
    ? "That is not the token that the emulator was started with."
    : "This emulator was started with --control-token.";
  let given = "";
  while (!given) given = await secret("Control token", text, "Token");
  sessionStorage.setItem(NAME, given);
}
