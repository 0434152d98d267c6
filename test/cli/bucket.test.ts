/** `phasewatch watch s3://…` against a store of objects: the same results as of the directory that it was copied from. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { phasewatch } from '../support/command.ts';
import { stubStoreEnvironment } from '../support/s3-environment.ts';
import { S3Server } from '../support/s3-server.ts';
import { analysed, startServer } from '../support/server.ts';

it('analyses the checkpoints of a bucket as those of a directory', async () => {
  const store = await S3Server.start();
  for (const step of [0, 512, 4000])
    for (const name of readdirSync(join(SAMPLE_RUN, `checkpoint-${step}`)))
      store.put(`exp/checkpoint-${step}/${name}`, readFileSync(join(SAMPLE_RUN, `checkpoint-${step}`, name)));
  for (const step of [0, 512]) store.put(`exp/checkpoint-${step}/DONE`, '');
  const data = mkdtempSync(join(tmpdir(), 'phasewatch-bucket-'));
  stubStoreEnvironment();
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });

  const words = ['s3://runs/exp', '--endpoint', store.url, '--data', data];
  const server = await startServer('watch', ...words, '--marker', 'DONE');
  await analysed(server, 2);
  const { run, checkpoints } = await (await fetch(new URL('api/runs/runs%2Fexp', server.url))).json();
  const { code } = await server.stop();

  expect(run).toMatchObject({ id: 'runs/exp', name: 'runs/exp', source: `s3://runs/exp (${store.url})` });
  expect(code).toBe(0);
  const local = (await phasewatch('analyze', SAMPLE_RUN, '--steps', '0,512')).lines();
  const short = ({ step, metrics }: { readonly step: number; readonly metrics: unknown }) => ({
    step,
    metrics,
  });
  expect(checkpoints.map(short)).toEqual(local.filter(({ type }) => type === 'checkpoint').map(short));

  const asked = store.gets.length;
  const again = await phasewatch('analyze', ...words, '--steps', '0,512');
  expect(again.code).toBe(0);
  expect(
    again
      .lines()
      .filter(({ type }) => type === 'checkpoint')
      .map(short),
  ).toEqual(checkpoints.map(short));
  expect(store.gets).toHaveLength(asked);
});

it('says what is wrong with an address', async () => {
  const { code, stderr } = await phasewatch('watch', 's3:///exp');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('expected an address such as s3://bucket/prefix, got "s3:///exp"'),
  });
});
