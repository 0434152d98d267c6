/** Checkpoints and metrics that a Python training pushes to the real server, with the system's python3. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Graph } from '../../protocol/state.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { phasewatch } from '../support/command.ts';
import { Pusher, sampleConfig, sampleModel, UPLOAD_TOKEN } from '../support/pushing.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { ROOT } from '../support/root.ts';
import { analysed, startServer, type TestServer } from '../support/server.ts';

const CALLBACK = join(ROOT, 'client/python');

let data: string;
let server: TestServer | null = null;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'phasewatch-push-'));
});
afterEach(async () => {
  await server?.stop();
  server = null;
});

async function start(...words: string[]): Promise<TestServer> {
  server = await startServer('watch', '--upload-token', UPLOAD_TOKEN, '--data', data, ...words);
  return server;
}

/** Runs a script after `from phasewatch_callback import *`; stdout is the JSON that it prints. */
async function python(script: string, { url, token = UPLOAD_TOKEN }: { url: string; token?: string | null }) {
  const { PHASEWATCH_UPLOAD_TOKEN: _, ...env } = process.env;
  const lines = [
    'import json, os, sys, time, warnings',
    'from phasewatch_callback import *',
    `URL, SAMPLE = ${JSON.stringify(url.replace(/\/$/, ''))}, ${JSON.stringify(SAMPLE_RUN)}`,
    script,
  ];
  const child = spawn('python3', ['-c', lines.join('\n')], {
    env: {
      ...env,
      PYTHONPATH: CALLBACK,
      PYTHONDONTWRITEBYTECODE: '1',
      ...(token !== null && { PHASEWATCH_UPLOAD_TOKEN: token }),
    },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`python3 ended with ${code}: ${stderr}`);
  return { said: stdout === '' ? null : JSON.parse(stdout), stderr };
}

/** Waits until it is there. */
async function graphOf({ url }: TestServer, run: string, checkpoint: string): Promise<Graph> {
  const path = `api/runs/${run}/checkpoints/${checkpoint}/graph`;
  return vi.waitFor(
    async () => {
      const answer = await fetch(new URL(path, url));
      if (!answer.ok) throw new Error(await answer.text());
      return answer.json();
    },
    { interval: 100, timeout: 30_000 },
  );
}

/** An address at which nobody listens. */
async function nobody(): Promise<string> {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  await new Promise((resolve) => taken.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return `http://127.0.0.1:${address.port}`;
}

const TRAINER = `
class Args: output_dir = SAMPLE
class State: global_step = 0; is_world_process_zero = True
def train(callback, steps):
    callback.on_train_begin(Args, State, None) if hasattr(callback, "on_train_begin") else None
    for step in steps:
        State.global_step = step
        callback.on_log(Args, State, None, logs={"loss": 2.0 - step / 1024, "note": "text", "bad": float("nan")})
        callback.on_save(Args, State, None)
`;

describe('a training that pushes', () => {
  it('U-8: has the graphs of the same run in a directory, and its metrics beside them', async () => {
    const both = await start(SAMPLE_RUN);
    const { said } = await python(
      `${TRAINER}
callback = PhasewatchCallback(URL, run="pushed")
train(callback, [0, 512])
print(json.dumps(callback.phasewatch.close(20)))`,
      both,
    );
    expect(said).toBe(true);
    for (const id of ['checkpoint-0', 'checkpoint-512']) {
      const [pushed, direct] = [await graphOf(both, 'pushed', id), await graphOf(both, 'sample-run', id)];
      expect(pushed.weights.length).toBe(75);
      expect(pushed).toEqual(direct);
    }
    expect(readFileSync(join(data, 'uploads/pushed/metrics.jsonl'), 'utf8').trim().split('\n')).toEqual([
      '{"loss":2,"step":0}',
      '{"loss":1.5,"step":512}',
    ]);
  }, 60_000);

  it('U-8: finds all of it again when the server was killed and started again', async () => {
    const { port, url } = await start();
    await python('push_checkpoint(URL, "again", 0, SAMPLE + "/checkpoint-0")', { url });
    const run = new Pusher(`http://127.0.0.1:${port}/api/runs/again`);
    // Killed in the midst of the next.
    const torn = await RawPeer.connect(port);
    torn.write(
      `PUT /api/runs/again/checkpoints/512 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${UPLOAD_TOKEN}\r\nContent-Length: ${sampleModel(512).length}\r\n\r\n`,
    );
    torn.write(sampleModel(512).subarray(0, 50_000));
    const place = join(data, 'uploads/again');
    await vi.waitFor(() => expect(readdirSync(place).some((name) => name.startsWith('.'))).toBe(true), {
      timeout: 30_000,
    });
    const killed = new Promise((resolve) => server?.process.once('close', resolve));
    server?.process.kill('SIGKILL');
    await killed;
    const again = await start('--port', String(port));
    expect(readdirSync(place).sort()).toEqual(['checkpoint-0', 'config.json']);
    expect(await run.config()).toMatchObject({ status: 200, answer: { status: 'unchanged' } });
    expect(await run.checkpoint(0, sampleModel(0))).toMatchObject({ answer: { status: 'unchanged' } });
    expect((await run.checkpoint(512, sampleModel(512))).status).toBe(201);
    await analysed(again, 2);
  }, 60_000);

  it('writes the tensors of a plain loop itself, of any library that has them', async () => {
    const { url, port } = await start();
    const { said } = await python(
      `import struct
class Made:  # as NumPy has them
    dtype, shape = "float32", (2, 1)
    def tobytes(self): return struct.pack("<2f", 1.5, -2)
class Half:  # as torch has them
    dtype, shape = "torch.float16", ()
    def detach(self): return self
    cpu = contiguous = detach
    def numpy(self): return self
    def tobytes(self): return b"\\x00\\x3c"
answer = push_checkpoint(URL, "loop", 7, {"w": Made(), "h": Half(), "epoch": 3}, config={"model_type": "made"})
same = push_checkpoint(URL, "loop", 7, {"w": Made(), "h": Half()})
print(json.dumps([answer["status"], same["status"], answer["bytes"]]))`,
      { url },
    );
    const file = readFileSync(join(data, 'uploads/loop/checkpoint-7/model.safetensors'));
    expect(said).toEqual(['stored', 'unchanged', file.length]);
    expect(file.subarray(-10)).toEqual(Buffer.from('0000c03f000000c0003c', 'hex'));
    expect(port).toBeGreaterThan(0);
  });

  it('with Lightning pushes each so many steps, and what is logged', async () => {
    const { url } = await start();
    const { said } = await python(
      `import struct
class Made:
    dtype, shape = "float32", (1,)
    def tobytes(self): return struct.pack("<f", 1)
class Module:
    config = {"model_type": "made"}
    def state_dict(self): return {"w": Made()}
class Trainer: global_step = 0; is_global_zero = True; log_every_n_steps = 5; logged_metrics = {"loss": 1.5}
callback = PhasewatchLightningCallback(URL, run="lit", every=10)
for step in range(1, 21):
    Trainer.global_step = step
    callback.on_train_batch_end(Trainer, Module(), None, None, step)
callback.on_train_end(Trainer, Module())
print(json.dumps(callback.phasewatch.close(10)))`,
      { url },
    );
    expect(said).toBe(true);
    const place = join(data, 'uploads/lit');
    expect(readdirSync(place).sort()).toEqual([
      'checkpoint-10',
      'checkpoint-20',
      'config.json',
      'metrics.jsonl',
    ]);
    expect(readFileSync(join(place, 'metrics.jsonl'), 'utf8').trim().split('\n')).toHaveLength(4);
  });
});

describe('a training whose monitor', () => {
  it('is away goes on as fast as without, with one warning', async () => {
    const { said, stderr } = await python(
      `${TRAINER}
callback = PhasewatchCallback(URL, run="away", close_seconds=0.2)
begun = time.monotonic()
for step in range(1000):
    State.global_step = step
    callback.on_log(Args, State, None, logs={"loss": 1.0})
train(callback, [0, 512, 4000] * 10)
logged = time.monotonic() - begun
callback.on_train_end(Args, State, None)
print(json.dumps([logged, time.monotonic() - begun]))`,
      { url: await nobody() },
    );
    expect(said[0]).toBeLessThan(1);
    expect(said[1]).toBeLessThan(2);
    expect(stderr.match(/cannot be reached/g)).toHaveLength(1);
    expect(stderr.match(/oldest pushes are dropped/g)).toHaveLength(1);
    expect(stderr.match(/pushes had not arrived/g)).toHaveLength(1);
  });

  it('comes back has what was pushed meanwhile', async () => {
    const url = await nobody();
    const pushed = python(
      `${TRAINER}
callback = PhasewatchCallback(URL, run="late")
train(callback, [0])
print(json.dumps(callback.phasewatch.close(25)))`,
      { url },
    );
    await start('--port', new URL(url).port);
    expect((await pushed).said).toBe(true);
    expect(readdirSync(join(data, 'uploads/late')).sort()).toEqual([
      'checkpoint-0',
      'config.json',
      'metrics.jsonl',
    ]);
  });

  it.each([
    ['a wrong token', 'wrong-token-0123456789', 'expected a valid token'],
    ['no token', null, 'PHASEWATCH_UPLOAD_TOKEN, got none'],
  ])('refuses it for %s goes on, and is told why', async (_, token, sentence) => {
    const { url } = await start();
    const { said, stderr } = await python(
      `${TRAINER}
callback = PhasewatchCallback(URL, run="wrong")
train(callback, [0])
callback.phasewatch.close(5)
print("1")`,
      { url, token },
    );
    expect(said).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('wrong-token');
    expect(readdirSync(join(data, 'uploads'))).toEqual([]);
  });
});

it('watch without a directory needs a token for uploads', async () => {
  const { code, stderr } = await phasewatch('watch');
  expect(code).toBe(2);
  expect(stderr).toContain(
    'watch takes a directory or an address, or several of them, or a config file that names some, or --upload-token T',
  );
});

it('U-1: a run watched from a directory is not pushed into', async () => {
  const { port } = await start(SAMPLE_RUN);
  const pushed = await new Pusher(`http://127.0.0.1:${port}/api/runs/sample-run`).config(sampleConfig());
  expect(pushed).toMatchObject({ status: 409, answer: expect.stringContaining('watched from a directory') });
});
