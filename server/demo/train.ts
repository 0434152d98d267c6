/**
 * The demo's process: trains a small model on the spot and writes its checkpoints into a directory.
 *
 * It prints one line of JSON per 10 steps, {"step", "loss", "repeatedLossNats"}, and ends by itself. Exit
 * codes: 0 done, 1 it could not write, 2 the command line is wrong. It lives no longer than its parent:
 * it exits when its standard input closes or its IPC channel disconnects. SIGINT and SIGTERM keep their
 * default action, which ends it at once, even in the middle of a step; what it was writing stays hidden.
 */

import { fstatSync, mkdirSync } from 'node:fs';
import { existingCheckpoint } from './checkpoint.ts';
import { startEngine } from './engine.ts';
import { parseOptions, USAGE, UsageError } from './options.ts';
import { train } from './training.ts';

try {
  const options = parseOptions(process.argv.slice(2));
  mkdirSync(options.out, { recursive: true });
  const existing = existingCheckpoint(options.out);
  if (existing !== undefined) {
    throw new UsageError(
      `--out: expected a directory without checkpoints, ${options.out} already has ${existing}`,
    );
  }
  exitWithParent();
  await startEngine();
  await train(options, (report) => process.stdout.write(`${JSON.stringify(report)}\n`));
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    process.exitCode = 2;
  } else if (error instanceof Error && 'syscall' in error) {
    // A full disk, a directory that may not be written: the sentence says which, a stack says no more.
    process.stderr.write(`the checkpoints cannot be written: ${error.message}\n`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}

/** The watches do not hold the process: at the end of the training it ends although the parent lives. */
function exitWithParent(): void {
  const leave = (): never => process.exit(0);
  process.stdout.on('error', leave);
  process.on('disconnect', leave);
  process.channel?.unref();
  // A terminal or /dev/null says nothing about the parent; /dev/null even reads as closed from the start.
  const input = fstatSync(0);
  if (input.isFIFO() || input.isSocket()) {
    process.stdin.on('close', leave).on('end', leave).on('error', leave).resume();
    process.stdin.unref();
  }
}
