// @ts-check
/** The control API, and the vendor's surface as any client sees it. */
import { ask, bearer } from "./token.js";

/** @param {string} path */
const url = (path) => new URL(path.replace(/^\//, ""), document.baseURI);

/** A request that was refused: what the emulator said. */
export class Refusal extends Error {
  /**
   * @param {number} status 0, if there was no answer.
   * @param {string} text
   */
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

/**
 * Open a path of the control API, asking for the token where it is demanded.
 * @param {string} path
 * @param {RequestInit} init
 * @returns {Promise<Response>}
 */
export async function open(path, init = {}) {
  const headers = bearer();
  const answer = await fetch(url(path), { ...init, headers });
  if (answer.status !== 401) return answer;
  if (headers.Authorization === bearer().Authorization) await ask();
  return open(path, init);
}

/**
 * Ask the control API.
 * @param {string} method
 * @param {string} path
 * @param {object} [form]
 * @returns {Promise<any>} the JSON of its answer.
 * @throws {Refusal}
 */
export async function control(method, path, form) {
  const body = form === undefined ? undefined : JSON.stringify(form);
  const answer = await open(path, { method, body }).catch(unreachable);
  const told = await answer.json();
  if (!answer.ok) throw new Refusal(answer.status, told.error);
  return told;
}

/** @returns {never} */
function unreachable() {
  throw new Refusal(0, "The emulator cannot be reached.");
}

/**
 * Ask the vendor's surface, with an account's key.
 * @param {string} method
 * @param {string} path
 * @param {string} key
 * @param {{form?: object, signal?: AbortSignal}} options
 * @returns {Promise<{status: number, message: string, data: any}>}
 */
export async function vendor(method, path, key, { form, signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = { "X-API-Key": key };
  if (form !== undefined) headers["Content-Type"] = "application/json";
  const body = form === undefined ? undefined : JSON.stringify(form);
  const answer = await fetch(url(`..${path}`), { method, headers, body, signal });
  return answer.json();
}
