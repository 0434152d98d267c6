/** `phasewatch watch hf://…` against a server that speaks the hub's API: the state of the same run in a directory. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SAMPLE_RUN, SAMPLE_STEPS } from '../support/checkpoints.ts';
import { phasewatch } from '../support/command.ts';
import { HubServer } from '../support/hub-server.ts';
import { analysed, startServer } from '../support/server.ts';

const ADDRESS = 'hf://someone/model';
const TOKEN = 'hf_aSecretThatNobodySees';

let hub: HubServer;
const scratch = () => mkdtempSync(join(tmpdir(), 'phasewatch-hub-'));

beforeEach(async () => {
  hub = await HubServer.start();
  hub.push('main', { 'README.md': 'A model.' });
  for (const step of SAMPLE_STEPS) {
    const directory = join(SAMPLE_RUN, `checkpoint-${step}`);
    const files = readdirSync(directory).map((name) => [name, readFileSync(join(directory, name))]);
    hub.push(`checkpoint-${step}`, Object.fromEntries(files));
  }
  vi.stubEnv('HF_ENDPOINT', hub.url);
  vi.stubEnv('HF_TOKEN', undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.down();
});

/** The state of a watched run when so many checkpoints are done, without what no two runs share. */
async function stateOf(count: number, id: string, ...words: readonly string[]) {
  const server = await startServer('watch', ...words);
  try {
    await analysed(server, count);
    const ask = async () => (await fetch(new URL(`api/runs/${encodeURIComponent(id)}`, server.url))).json();
    await expect.poll(async () => (await ask()).progress.activity).toBe('waiting');
    const { run, checkpoints, ...state } = await ask();
    // What the trainer logged is read of directories alone.
    for (const own of ['progress', 'epoch', 'offset', 'trainer']) delete state[own];
    for (const checkpoint of checkpoints) for (const own of ['millis', 'content']) delete checkpoint[own];
    return { source: run.source, same: { ...state, analysis: run.analysis, checkpoints } };
  } finally {
    await server.stop();
  }
}

describe('a repository on the hub', () => {
  it('is watched to the same state as a directory, and fetches nothing when it is started again', async () => {
    vi.stubEnv('HF_TOKEN', TOKEN);
    hub.token = TOKEN;
    const data = scratch();
    const words = [ADDRESS, '--data', data, '--threads', '1'];
    const watched = await stateOf(3, 'someone/model', ...words);
    const local = await stateOf(3, 'sample-run', SAMPLE_RUN, '--data', scratch(), '--threads', '1');
    expect(watched.same).toEqual(local.same);
    expect(watched.source).toBe(`${ADDRESS} (${hub.url})`);
    expect(readdirSync(join(data, 'cache', 'ready'))).toHaveLength(3);
    expect(hub.requests.filter(({ to, token }) => to === 'store' && token !== null)).toEqual([]);

    const before = hub.fetched.length;
    expect((await stateOf(3, 'someone/model', ...words)).same).toEqual(watched.same);
    expect(hub.fetched.length).toBe(before);
  }, 60_000);

  it('is analysed and recorded, only the steps that are asked for', async () => {
    const data = scratch();
    const analysis = await phasewatch('analyze', ADDRESS, '--steps', '0:600', '--data', data);
    expect({ code: analysis.code, stderr: analysis.stderr }).toMatchObject({ code: 0 });
    const steps = analysis.lines().flatMap(({ type, step }) => (type === 'checkpoint' ? [step] : []));
    expect(steps).toEqual([0, 512]);
    const file = join(data, 'run.phasewatch');
    const recorded = await phasewatch(
      'record',
      ADDRESS,
      '--revisions',
      '*-512',
      '--data',
      data,
      '--out',
      file,
    );
    expect(recorded.code).toBe(0);
    expect(recorded.stderr).toContain('1 checkpoint;');
    expect(hub.fetched.filter((path) => hub.nameOf(path).startsWith('checkpoint-4000'))).toEqual([]);
  }, 60_000);

  it('that is private is refused with what to do about it', async () => {
    hub.token = TOKEN;
    const { code, stderr } = await phasewatch('analyze', ADDRESS, '--data', scratch());
    expect(code).toBe(1);
    expect(stderr).toContain(
      'it is private, gated or not there (401); set HF_TOKEN to a token that may read it',
    );
  });

  it('whose address or endpoint is wrong is wrong usage', async () => {
    const address = await phasewatch('watch', 'hf://a/b/../c');
    expect(address).toMatchObject({ code: 2, stderr: expect.stringContaining('such as hf://owner/name') });
    vi.stubEnv('HF_ENDPOINT', 'hub.example');
    const endpoint = await phasewatch('analyze', ADDRESS);
    expect(endpoint).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('HF_ENDPOINT: expected a URL'),
    });
  });
});
