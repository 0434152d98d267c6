#!/usr/bin/env node
/**
 * The command `phasewatch`: reads the words and hands them to the file that does what they ask.
 */
import process from 'node:process';
import { analyze } from './command/analyze.ts';
import { demo } from './command/demo.ts';
import { diff } from './command/diff.ts';
import { exportRun } from './command/export.ts';
import { EXIT, say } from './command/person.ts';
import { detect } from './command/phases.ts';
import { record } from './command/record.ts';
import { replay } from './command/replay.ts';
import { listRuns } from './command/runs.ts';
import { version } from './command/version.ts';
import { watch } from './command/watch.ts';
import { HELP } from './terminal/help.ts';
import { type Command, commandFrom } from './terminal/options.ts';
import { UsageError } from './terminal/words.ts';

async function main(command: Command): Promise<number> {
  switch (command.name) {
    case 'help':
      process.stdout.write(HELP);
      return EXIT.ok;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return EXIT.ok;
    case 'demo':
      return demo(command);
    case 'watch':
      return watch(command);
    case 'analyze':
      return analyze(command);
    case 'diff':
      return diff(command);
    case 'phases':
      return detect(command);
    case 'runs':
      return listRuns(command);
    case 'replay':
      return replay(command);
    case 'export':
      return exportRun(command);
    case 'record':
      return record(command);
  }
}

try {
  process.exitCode = await main(commandFrom(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  say(`phasewatch: ${error.message}`);
  say('phasewatch --help lists commands and options.');
  process.exitCode = EXIT.usage;
}
