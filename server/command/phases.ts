/** `phasewatch phases`: the phase detector over a table, one JSON object a line on stdout. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { phasesOfTable, TableError } from '../phase/table.ts';
import type { Command } from '../terminal/options.ts';
import { UsageError } from '../terminal/words.ts';
import { EXIT } from './person.ts';

export async function detect({ file, signals }: Command & { readonly name: 'phases' }): Promise<number> {
  try {
    const lines = phasesOfTable(await readFile(file, 'utf8'), signals);
    for (const line of lines) process.stdout.write(`${JSON.stringify(line)}\n`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof TableError) && !isSystemError(error)) throw error;
    throw new UsageError(`${file}: ${error.message}`);
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
