/**
 * Probes that a user gives as a file: token ids, or text. Both are small, so they are read whole; what is wrong
 * with them is said with the file, what was expected and where.
 */
import { readFile, stat } from 'node:fs/promises';
import * as v from 'valibot';
import { expectedBy, type Issue, placeOf } from '../../protocol/problem.ts';
import { PROBE_FILE_BYTES_MAX } from '../base/config.ts';
import { shown } from '../base/json-value.ts';

const TokenId = v.custom<number>((value) => Number.isSafeInteger(value) && Number(value) >= 0, 'a token id');
const PROMPTS_MIN = 'at least one prompt';
const Tokens = v.pipe(
  v.array(v.pipe(v.array(TokenId), v.nonEmpty('at least one token'))),
  v.nonEmpty(PROMPTS_MIN),
);
const Texts = v.pipe(v.array(v.pipe(v.string(), v.nonEmpty('a text'))), v.nonEmpty(PROMPTS_MIN));

/** Reads a JSON array [P][T] of token ids. @throws Error */
export async function readTokensFile(file: string): Promise<number[][]> {
  const parsed = v.safeParse(Tokens, jsonOf(await readText(file)));
  if (parsed.success) return parsed.output;
  throw new Error(
    `${file}: expected a JSON array of prompts, each an array of token ids; ${problemOf(parsed.issues[0])}`,
  );
}

/** Reads a JSON array of strings, or one prompt a line; empty lines are no prompts. @throws Error */
export async function readTextFile(file: string): Promise<string[]> {
  const text = await readText(file);
  const json = jsonOf(text);
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const parsed = v.safeParse(Texts, Array.isArray(json) ? json : lines);
  if (parsed.success) return parsed.output;
  throw new Error(
    `${file}: expected one prompt a line, or a JSON array of strings; ${problemOf(parsed.issues[0])}`,
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

function problemOf(issue: Issue): string {
  const place = placeOf(issue);
  const found = issue.input === undefined ? 'something else' : shown(issue.input);
  return `${place.length > 0 ? `at [${place.join('][')}]: ` : ''}expected ${expectedBy(issue)}, found ${found}`;
}
