// @ts-check
/** The text/event-stream format (HTML standard, "Server-sent events"). */

/**
 * Read the events of a body as they come; comments are events without a name.
 * @param {ReadableStream<Uint8Array>} body
 * @yields {{name: string, data: string}}
 */
export async function* events(body) {
  let rest = "";
  for await (const text of texts(body)) {
    const blocks = (rest + text).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop() ?? "";
    yield* blocks.map(parsed);
  }
}

/** @param {ReadableStream<Uint8Array>} body */
async function* texts(body) {
  /** @type {ReadableWritablePair<string, any>} */
  const decoder = new TextDecoderStream();
  const reader = body.pipeThrough(decoder).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** @param {string} block */
function parsed(block) {
  const lines = block.split("\n").map((line) => /^([^:]*):? ?(.*)$/.exec(line) ?? []);
  const values = (/** @type {string} */ wanted) =>
    lines.filter(([, name]) => name === wanted).map(([, , value]) => value);
  return { name: values("event").at(-1) ?? "", data: values("data").join("\n") };
}
