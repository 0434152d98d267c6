/** The config file and the exit codes, as a person or a shell meets them: the built program in a directory of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { MAIN, phasewatch } from '../support/command.ts';
import { analysed, startServer } from '../support/server.ts';

const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-config-'));
// Each starts the command several times, which takes seconds where two cores are shared.
vi.setConfig({ testTimeout: 90_000 });
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A directory with these files. */
function directoryOf(name: string, files: Readonly<Record<string, string>>): string {
  const directory = join(scratch, name);
  mkdirSync(directory, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  return directory;
}

/** The command as a shell runs it there. */
async function shell(cwd: string, line: string) {
  const child = spawn(
    'bash',
    ['-c', `set -o pipefail; phasewatch() { ${process.execPath} ${MAIN} "$@"; }; ${line}`],
    {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

const QUICK = "prompts: 1, segment: 4, threads: 1, data: 'results'";

describe('a config file', () => {
  it('in TypeScript names the runs that are watched, each with its own words', async () => {
    const directory = directoryOf('several', {
      'phasewatch.config.ts': `
        import { defineConfig } from 'phasewatch';
        enum Measure { Relative = 'relative_l2' }
        export default defineConfig({
          ${QUICK},
          measure: Measure.Relative,
          runs: [{ source: './runs/a', name: 'first', tokensPerStep: 1000 }, { source: 'runs/b' }],
        });`,
    });
    for (const [run, step] of [
      ['a', 0],
      ['b', 512],
    ])
      cpSync(
        join(SAMPLE_RUN, `checkpoint-${step}`),
        join(directory, 'runs', String(run), `checkpoint-${step}`),
        {
          recursive: true,
        },
      );
    // The file is named, since the server is started elsewhere; its paths are from where it is.
    const server = await startServer('watch', '--config', join(directory, 'phasewatch.config.ts'));
    await analysed(server, 1);
    const stateOf = async (run: string) => (await fetch(`${server.url}api/runs/${run}`)).json();
    expect(await stateOf('first')).toMatchObject({
      run: {
        name: 'first',
        source: join(directory, 'runs/a'),
        tokensPerStep: 1000,
        analysis: { measure: 'relative_l2' },
      },
    });
    expect((await stateOf('b')).run).not.toHaveProperty('tokensPerStep');
    expect(await server.stop()).toMatchObject({ code: 0 });
    expect(await shell(directory, 'phasewatch runs')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^b-\S+ .*\nfirst-\S+ .*\n$|^first-\S+ .*\nb-\S+ .*\n$/),
      stderr: '',
    });
  });

  it('in JSON or JavaScript is found where the command is started, and gives way to the command line', async () => {
    const first = async (file: string, text: string, words: string) => {
      const line = `phasewatch analyze ${SAMPLE_RUN} --steps 0 ${words}`;
      const { stdout, stderr } = await shell(directoryOf(file, { [file]: text }), line);
      return { stderr, line: JSON.parse(stdout.split('\n')[0]) };
    };
    const program = `
      console.log('while it was read');
      export default { prompts: 1, segment: 4, ablation: 'mean' };`;
    const [json, script] = await Promise.all([
      first('phasewatch.config.json', '{"prompts": 1, "segment": 4, "ablation": "mean"}', ''),
      first('phasewatch.config.mjs', program, '--ablation zero'),
    ]);
    expect(json).toMatchObject({ stderr: '', line: { ablation: 'mean', probe: { prompts: 1 } } });
    // What it prints stays out of the results.
    expect(script).toMatchObject({
      stderr: 'while it was read\n',
      line: { ablation: 'zero', probe: { prompts: 1 } },
    });
  });

  it.each([
    ['throws', "throw new Error('no such luck');", 'it threw while it was read: no such luck'],
    ['is no TypeScript', 'export default {', 'it threw while it was read: ParseError'],
    ['ends by itself', 'process.exit(0);', 'expected a default export, but it ended before it had one'],
    ['waits for nothing', 'await new Promise(() => {});', 'expected a default export, but it ended'],
    ['never ends', 'while (true);', 'expected it to be read within 10 s, but it had not ended'],
    ['holds a function', 'export default { port: () => 1 };', 'what cannot be copied: () => 1'],
    ['has a wrong key', 'export default { prot: 1 };', '"prot" is no option; did you mean port?'],
  ])('that %s is refused with a sentence', async (what, text, sentence) => {
    const directory = directoryOf(what, { 'phasewatch.config.ts': text });
    const { code, stdout, stderr } = await shell(directory, 'phasewatch runs');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('phasewatch: phasewatch.config.ts: ');
    expect(stderr).toContain(sentence);
    // Nobody who asks for help needs it.
    if (what === 'throws')
      expect(await shell(directory, 'phasewatch watch --help')).toMatchObject({ code: 0 });
  });

  it('that is missing, several, or of another kind is refused', async () => {
    const directory = directoryOf('two', {
      'phasewatch.config.js': '',
      'phasewatch.config.json': '{',
      'c.yaml': '',
    });
    const said = async (words: string) => (await shell(directory, `phasewatch runs ${words}`)).stderr;
    expect(await said('')).toContain(
      'expected one config file here, found phasewatch.config.js and phasewatch.config.json; --config FILE says which',
    );
    expect(await said('--config=phasewatch.config.json')).toContain('phasewatch.config.json: expected JSON');
    expect(await said('--config absent.ts')).toContain('--config: expected a file, found none at ');
    expect(await said('--config c.yaml')).toContain(
      '--config: expected a file with one of .ts, .mts, .js, .mjs, .json',
    );
    expect(await said('--config')).toContain('--config: expected a file, got none');
  });
});

describe('a shell', () => {
  const here = directoryOf('shell', {});

  it('sees a command that is cut off by its reader end quietly, with 0', async () => {
    const line = `phasewatch analyze ${SAMPLE_RUN} --prompts 1 --segment 4 | head -n 1 > /dev/null`;
    expect(await shell(here, line)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await shell(here, 'phasewatch help | true')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('sees 130 where Ctrl-C came before it was done', async () => {
    const file = join(here, 'cut.recording');
    const slow = ['--prompts', '128', '--segment', '48', '--threads', '1'];
    const analyze = spawn(process.execPath, [MAIN, 'analyze', SAMPLE_RUN, ...slow], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const record = spawn(process.execPath, [MAIN, 'record', SAMPLE_RUN, '--out', file, ...slow], {
      stdio: 'ignore',
    });
    const exits = [analyze, record].map((child) => once(child, 'exit'));
    await once(analyze.stdout, 'data');
    analyze.kill('SIGINT');
    // Edges of a layer, well behind the header.
    while ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < 1000) await setTimeout(20);
    record.kill('SIGINT');
    expect(await Promise.all(exits)).toEqual([
      [130, null],
      [130, null],
    ]);
  });

  it('sees 2 and the option that may have been meant', async () => {
    expect(await phasewatch('watch', 'x', '--setle-ms', '3')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(
        '--setle-ms: this command has no such option; did you mean --settle-ms?',
      ),
    });
    expect(await phasewatch('analyse', 'x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('got "analyse"; did you mean analyze?'),
    });
  });

  it('sees the help of one command', async () => {
    const { code, stdout } = await phasewatch('watch', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--end-marker');
    expect(stdout).not.toContain('--least-weight');
    expect((await phasewatch('help', 'watch')).stdout).toBe(stdout);
  });
});
