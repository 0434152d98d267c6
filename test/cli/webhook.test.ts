/** The real server and a chat that listens: what is posted, once, and that neither waits for the other. */
import { cpSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { phasewatch } from '../support/command.ts';
import { type Answer, hang, TestHook } from '../support/hook.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { TestViewer } from '../support/viewer.ts';

const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-webhook-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let server: TestServer | null = null;
let hook: TestHook | null = null;
beforeEach(() => {
  delete process.env.PHASEWATCH_WEBHOOK;
});
afterEach(async () => {
  delete process.env.PHASEWATCH_WEBHOOK;
  await server?.stop();
  await hook?.close();
  server = hook = null;
});

async function listening(...answers: Answer[]): Promise<TestHook> {
  hook = await TestHook.open(...answers);
  return hook;
}

function runIn(name: string): string {
  const directory = join(scratch, name);
  cpSync(SAMPLE_RUN, directory, { recursive: true });
  return directory;
}

/** A checkpoint whose model file is cut short. */
function breakIn(directory: string, step: number): void {
  const checkpoint = join(directory, `checkpoint-${step}`);
  cpSync(join(SAMPLE_RUN, 'checkpoint-512'), checkpoint, { recursive: true });
  truncateSync(join(checkpoint, 'model.safetensors'), 300_000);
}

function endIn(directory: string): void {
  const state = { global_step: 4000, max_steps: 4000 };
  writeFileSync(join(directory, 'checkpoint-4000/trainer_state.json'), JSON.stringify(state));
}

async function ended(port: number, run: string): Promise<void> {
  const viewer = await TestViewer.watching(port, run);
  let { progress } = (await viewer.expect('snapshot')).state;
  while (progress.activity !== 'ended') {
    const message = await viewer.next();
    if (message.type === 'progress') progress = message.progress;
  }
  expect(progress.message).toBe('the training reached its last step, 4,000 (trainer_state.json)');
}

it('a failure and the end of a run are posted once, whatever is started again', async () => {
  const chat = await listening();
  const directory = runIn('once');
  breakIn(directory, 600);
  const words = ['watch', directory, '--data', join(scratch, 'data'), '--webhook', chat.url];
  server = await startServer(...words, '--public-url', 'https://watch.example/');
  await chat.until(1);
  expect(chat.texts[0]).toBe(
    '**Checkpoint failed** in `once`: `checkpoint-600`\n' +
      'model.safetensors: expected 637,328 bytes, found 300,000; the file is cut short or still being written\n' +
      '[Look at it](https://watch.example/?run=once#at=checkpoint-600)',
  );
  expect(chat.bodies[0].phasewatch).toMatchObject({
    run: { id: 'once', name: 'once' },
    type: 'checkpoint-failed',
    step: 600,
    failure: { code: 'truncated' },
  });
  endIn(directory);
  await ended(server.port, 'once');
  await chat.until(2);
  expect(chat.texts[1]).toBe(
    '**Run ended**: `once`, 3 checkpoints analysed, 1 failure\n' +
      'the training reached its last step, 4,000 (trainer\\_state.json)\n' +
      '[Look at it](https://watch.example/?run=once)',
  );
  // The answer to the last may still be on its way.
  const metrics = `http://127.0.0.1:${server.port}/metrics`;
  const isCounted = async () =>
    expect(await (await fetch(metrics)).text()).toContain('phasewatch_alerts_total{outcome="sent"} 2');
  await vi.waitFor(isCounted, { timeout: 5000 });
  await server.stop();

  server = await startServer(...words);
  await ended(server.port, 'once');
  breakIn(directory, 700);
  await chat.until(3);
  // The next thing that is posted is what is new.
  expect(chat.texts[2]).toContain('`checkpoint-700`');
  await server.stop();
  server = null;
  expect(chat.bodies).toHaveLength(3);
});

it('a chat that hangs holds up neither the analysis nor Ctrl-C', async () => {
  const chat = await listening(...Array<Answer>(10).fill(hang));
  process.env.PHASEWATCH_WEBHOOK = chat.url;
  const directory = runIn('hanging');
  breakIn(directory, 600);
  endIn(directory);
  server = await startServer('watch', directory);
  await chat.until(1);
  await ended(server.port, 'hanging');
  const { code, millis } = await server.stop();
  server = null;
  expect(code).toBe(0);
  expect(millis).toBeLessThan(2_000);
});

it.each(['an option', 'the environment'])(
  'an address of another kind, by %s, is refused and not repeated',
  async (by) => {
    if (by === 'the environment')
      process.env.PHASEWATCH_WEBHOOK = 'http://a.example ftp://chat.example/s3cret';
    const words = by === 'an option' ? ['--webhook', 'ftp://chat.example/s3cret'] : [];
    const { code, stderr } = await phasewatch('watch', SAMPLE_RUN, '--port', '0', ...words);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `${by === 'an option' ? '--webhook' : 'PHASEWATCH_WEBHOOK'}: expected an address that begins with http:// or https://, got something else`,
    );
    expect(stderr).not.toContain('s3cret');
  },
);
