/**
 * Probes that a user gives as a file: token ids, or text. Both are small, so they are read whole; what is wrong
 * with them is said with the file, what was expected and where.
 */
import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import { PROBE_FILE_BYTES_MAX } from '../base/config.ts';

const Tokens = z.array(z.array(z.int().nonnegative()).min(1)).min(1);
const Texts = z.array(z.string().min(1)).min(1);

/** Reads a JSON array [P][T] of token ids. @throws Error */
export async function readTokensFile(file: string): Promise<number[][]> {
  const parsed = Tokens.safeParse(jsonOf(await readText(file)));
  if (parsed.success) return parsed.data;
  throw new Error(
    `${file}: expected a JSON array of prompts, each an array of token ids; ${problemOf(parsed.error)}`,
  );
}

/** Reads a JSON array of strings, or one prompt a line; empty lines are no prompts. @throws Error */
export async function readTextFile(file: string): Promise<string[]> {
  const text = await readText(file);
  const json = jsonOf(text);
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const parsed = Texts.safeParse(Array.isArray(json) ? json : lines);
  if (parsed.success) return parsed.data;
  throw new Error(
    `${file}: expected one prompt a line, or a JSON array of strings; ${problemOf(parsed.error)}`,
  );
}

async function readText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > PROBE_FILE_BYTES_MAX)
    throw new Error(`${file}: expected at most ${PROBE_FILE_BYTES_MAX} bytes, found ${size}`);
  return readFile(file, 'utf8');
}

/** Undefined where `text` is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue.path.length > 0 ? `at [${issue.path.join('][')}]: ` : '';
  return `${place}${issue.message}`;
}
