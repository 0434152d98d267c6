/**
 * What pictures are made of: servers over runs in every state, each started when the first picture asks for it.
 *
 * The run watched is linked at a plain path, which is the one that a picture shows.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { phasewatch } from '../support/command.ts';
import { analysed, startServer, type TestServer } from '../support/server.ts';
import { type StrangeSite, strangeSite } from '../support/strange-page.ts';

const TOKEN = 'a-token-of-sixteen-letters-or-more';
/** Enough for a header that says more than the file holds. */
const TRUNCATED_BYTES = 2_000;
const HOST_STYLE = `
  body { margin: 0; padding: 24px; font: 15px/1.5 system-ui, sans-serif; color-scheme: light dark; background: light-dark(#ffffff, #0c0e12); color: light-dark(#171a21, #e8eaf0); }
`;

export type Places = ReturnType<typeof places>;

/** @param run directory of checkpoints */
export function places(run: string) {
  const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-places-'));
  const data = join(scratch, 'data');
  const runs = linkedRuns(run, scratch);
  const total = checkpointsIn(run);
  const closing: (() => void)[] = [() => rmSync(scratch, { recursive: true, force: true }), runs.remove];

  async function started(...words: string[]): Promise<TestServer> {
    const server = await startServer(...words);
    closing.push(() => server.process.kill('SIGKILL'));
    return server;
  }

  /** A copy of the fixture whose checkpoints of these steps are cut off. */
  function broken(name: string, steps: readonly number[]): string {
    const directory = join(scratch, name);
    cpSync(SAMPLE_RUN, directory, { recursive: true });
    for (const step of steps)
      truncateSync(join(directory, `checkpoint-${step}`, 'model.safetensors'), TRUNCATED_BYTES);
    return directory;
  }

  const main = once(async () => {
    const server = await started('watch', runs.path, '--data', data);
    await analysed(server, total);
    return server;
  });

  return {
    main,
    /** Whether the run has a checkpoint of this name. */
    has: (checkpoint: string) => existsSync(join(run, checkpoint)),
    missing: once(() => started('watch', join(scratch, 'not-there-yet'))),
    empty: once(() => {
      mkdirSync(join(scratch, 'empty'));
      return started('watch', join(scratch, 'empty'));
    }),
    failing: once(async () => {
      const server = await started('watch', broken('one-cut-off', [512]));
      await analysed(server, 2);
      return server;
    }),
    lost: once(() => started('watch', broken('all-cut-off', [0, 512, 4000]))),
    guarded: once(() => started('watch', SAMPLE_RUN, '--token', TOKEN)),
    ended: once(async () => {
      const directory = broken('ended', []);
      writeFileSync(join(directory, 'DONE'), '');
      const server = await started('watch', directory, '--end-marker', 'DONE');
      await analysed(server, 3);
      return server;
    }),
    /** To be killed: nobody else's. */
    async mortal(): Promise<TestServer> {
      const server = await started('watch', SAMPLE_RUN);
      await analysed(server, 3);
      return server;
    },
    /** Address of a page on disk that holds the run. */
    recorded: once(async () => {
      // A log has one owner, and that is the server.
      const [recording, page] = [join(scratch, 'my-model.recording'), join(scratch, 'my-model.html')];
      await succeeded('record', runs.path, '--out', recording);
      await succeeded('export', recording, '--html', page);
      return pathToFileURL(page).href;
    }),
    strange: once(() => site()),
    plain: once(() => site(HOST_STYLE)),
    close() {
      for (const close of closing.reverse()) close();
    },
  };

  async function site(style?: string): Promise<StrangeSite> {
    const opened = await strangeSite(style);
    closing.push(() => opened.close());
    return opened;
  }
}

/** `…/runs/my-model`, where nobody has anything of that name. */
function linkedRuns(run: string, scratch: string) {
  const plain = join(tmpdir(), 'runs');
  const parent = existsSync(plain) ? join(scratch, 'runs') : plain;
  mkdirSync(parent);
  const path = join(parent, 'my-model');
  symlinkSync(resolve(run), path, 'dir');
  return { path, remove: () => rmSync(parent, { recursive: true, force: true }) };
}

function checkpointsIn(run: string): number {
  return readdirSync(run).filter((name) => existsSync(join(run, name, 'model.safetensors'))).length;
}

async function succeeded(...words: string[]): Promise<void> {
  const { code, stderr } = await phasewatch(...words);
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${stderr}`);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
