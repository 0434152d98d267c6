/**
 * JSON objects, one a line (https://github.com/ndjson/ndjson-spec): the stream that `analyze` prints, of a recorded run.
 *
 * Its input are the objects: `analyze` makes them from deltas and the states between them, failures and phase changes
 * among them, and a recorded run replays the same; a second maker of lines here could only drift from it.
 * Memory: one line, 3 MB for a checkpoint of 79,764 edges.
 */
export async function* ndjson(lines: AsyncIterable<object>): AsyncGenerator<string, void, undefined> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}
