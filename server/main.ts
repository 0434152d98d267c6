#!/usr/bin/env node
/**
 * The command `phasewatch`: reads the words and hands them to the file that does what they ask.
 */
import process from 'node:process';
import { analyze } from './command/analyze.ts';
import { askedBy } from './command/config-file.ts';
import { demo } from './command/demo.ts';
import { diff } from './command/diff.ts';
import { exportRun } from './command/export.ts';
import { EXIT, onDeafReader, say } from './command/person.ts';
import { detect } from './command/phases.ts';
import { record } from './command/record.ts';
import { replay } from './command/replay.ts';
import { listRuns } from './command/runs.ts';
import { version } from './command/version.ts';
import { watch } from './command/watch.ts';
import { helpText } from './terminal/help-text.ts';
import { type Command, commandFrom } from './terminal/options.ts';
import { UsageError } from './terminal/words.ts';

/** What they print is an address; what they do is not in it. */
const SERVERS: readonly Command['name'][] = ['demo', 'watch', 'replay', 'record'];

async function main(command: Command): Promise<number> {
  switch (command.name) {
    case 'help':
      process.stdout.write(helpText(command.of, process.stdout.columns));
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
  const { words, config } = await askedBy(process.argv.slice(2));
  const command = commandFrom(words, config);
  onDeafReader(SERVERS.includes(command.name) ? 'go on' : 'end');
  process.exitCode = await main(command);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  for (const line of error.message.split('\n')) say(`phasewatch: ${line}`);
  say('phasewatch --help lists commands and options.');
  process.exitCode = EXIT.usage;
}
