import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../../server/terminal/help.ts';
import { helpText } from '../../server/terminal/help-text.ts';
import { type CommandName, OPTIONS_OF } from '../../server/terminal/option-tables.ts';
import { commandFrom } from '../../server/terminal/options.ts';

const COMMANDS = Object.keys(OPTIONS_OF) as CommandName[];
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));
/** Options that have an entry of their own. */
const optionsIn = (text: string) =>
  [...text.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name).filter((name) => name !== 'config');

describe('the help', () => {
  it('lists every option that exists once, and no other', () => {
    const all = new Set(COMMANDS.flatMap((name) => Object.keys(OPTIONS_OF[name])));
    // Those of the demo's training are other steps.
    expect(optionsIn(helpText(null)).sort()).toEqual([...all, 'steps'].sort());
  });

  it.each(COMMANDS)('of %s lists all its options and those only, with its usage and an example', (name) => {
    const text = helpText(name);
    expect(optionsIn(text).sort()).toEqual(Object.keys(OPTIONS_OF[name]).sort());
    expect(text).toMatch(name === 'demo' ? 'Usage\n  phasewatch [demo] ' : `Usage\n  phasewatch ${name} `);
    expect(text).toContain(`Example\n  ${EXAMPLES[name]}`);
  });

  it.each(COMMANDS)('gives an example of %s that the command takes', (name) => {
    const [program, ...words] = EXAMPLES[name].replace(/ >.*/, '').split(' ');
    expect(program).toBe('phasewatch');
    expect(commandFrom(words).name).toBe(name);
  });

  it('is at most 100 columns wide, and no wider than the terminal', () => {
    for (const of of [null, ...COMMANDS]) {
      expect(widest(helpText(of))).toBeLessThanOrEqual(100);
      expect(widest(helpText(of, 200))).toBeLessThanOrEqual(100);
      expect(widest(helpText(of, 80))).toBeLessThanOrEqual(80);
    }
  });

  it('loses no word when it is set narrower', () => {
    const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
    expect(words(helpText(null, 60))).toEqual(words(helpText(null, 100)));
  });

  it('does not say of an option whose it is, where it is only about that command', () => {
    expect(helpText('record')).toMatch(/--out FILE +the file to write/);
    expect(helpText(null)).toMatch(/--out FILE +export and record: the file/);
  });
});
